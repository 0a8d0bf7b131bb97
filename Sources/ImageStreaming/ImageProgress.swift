import ImageTrust

/// How far the writing of an image is.
public struct ImageProgress: Sendable, Equatable {
    /// Bytes received, as served.
    public let servedBytes: UInt64
    /// Bytes to receive in all; `nil` when the server does not say.
    public let servedLength: UInt64?
    /// Bytes decompressed.
    public let imageBytes: UInt64
    /// Bytes of the image according to its partition table.
    public let declaredSize: UInt64
    /// Whether all is written, and `imageBytes` counts what was read back.
    public internal(set) var isReadingBack = false

    /// From 0 to 100: of the bytes as served where their number is known, else of the image.
    public var percent: Int {
        let served = isReadingBack ? nil : servedLength.map { (servedBytes, $0) }
        let (done, all) = served ?? (imageBytes, declaredSize)
        return all == 0 ? 0 : Int(min(Double(done) / Double(all), 1) * 100)
    }
}

/// What the writing of an image's body came to.
public struct ImageWriteSummary: Sendable, Equatable {
    /// The mirror it was read from.
    public let origin: String
    /// Bytes received, as served.
    public let servedBytes: UInt64
    /// Bytes of the image, decompressed.
    public let imageBytes: UInt64
    /// Bytes of it that were written.
    public let writtenBytes: UInt64
    /// Bytes of it that are zeros and were deallocated instead.
    public let deallocatedBytes: UInt64
    /// Writes that failed and were tried once more, with success.
    public internal(set) var retriedWrites = 0
    /// Check sums that were asked for and found right.
    public let verified: [ImageChecksum]
    /// Whose signature of the image was asked for and found right.
    public internal(set) var signer: String?
    /// From the start until the body was on the disk.
    public let duration: Duration
    /// How long each stage was at work; those that were not there are left out.
    public let stages: [WriteStage: Duration]
    /// How often reading went on over another connection, to the same server or another.
    public internal(set) var resumes = 0
    /// Whether the body was read back and found to be what was written; the seal does the same with head and tail then.
    public internal(set) var isReadBack = false
}

extension ImageWriteSummary {
    /// The stages' names and seconds.
    public var stageSeconds: [String: Double] {
        Dictionary(uniqueKeysWithValues: stages.map { ($0.key.rawValue, $0.value / .seconds(1)) })
    }
}
