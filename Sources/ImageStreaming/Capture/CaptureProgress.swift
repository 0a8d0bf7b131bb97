/// How far the capture of a disk is.
public struct CaptureProgress: Sendable, Equatable {
    /// Bytes of the disk whose part of the image was sent.
    public let imageBytes: UInt64
    /// Bytes of the disk.
    public let size: UInt64
    /// Bytes of the compressed image that were sent.
    public let sentBytes: UInt64

    /// From 0 to 100.
    public var percent: Int { size == 0 ? 0 : Int(min(Double(imageBytes) / Double(size), 1) * 100) }
}

/// What the capture of a disk came to.
public struct CaptureSummary: Sendable, Equatable {
    /// Where the image is.
    public let destination: String
    /// Bytes of the image, decompressed: those of the disk.
    public let imageBytes: UInt64
    /// Bytes that were read.
    public let readBytes: UInt64
    /// Bytes that are zeros in the image because nothing needs them.
    public let unusedBytes: UInt64
    /// Bytes of the compressed image.
    public let sentBytes: UInt64
    /// Of the image, decompressed: what `IMAGE_CHECKSUM` is to be.
    public let imageChecksum: ImageChecksum
    /// Of the compressed image: what `IMAGE_DOWNLOAD_CHECKSUM` is to be, and what was laid beside the image.
    public let fileChecksum: ImageChecksum
    /// From the start of the try that succeeded to its end.
    public let duration: Duration
}
