import Decompression
import ImageSources
import PartitionTable

/// What an inspection of an image's start found out, before anything is written.
public struct ImageFacts: Sendable {
    /// The mirror that answered, and the image's length as served.
    public let origin: ImageOrigin
    /// How it is compressed.
    public let compression: Compression
    /// The table as the image has it.
    public let imageTable: PartitionTable
    /// Bytes, decompressed, that the image has according to its table: at least what the disk must have.
    public let declaredSize: UInt64
    /// Memory that decoding needs because of how the image was compressed (zstd's window, xz's dictionary), in bytes.
    public let decoderMemory: UInt64
    /// Bytes of the disk the image is meant for.
    public let diskSize: UInt64
    /// Bytes of a logical sector of that disk.
    public let sectorSize: Int

    /// The image's first bytes, by which the writer knows it again.
    let head: [UInt8]

    /// The root partition by its type (Discoverable Partitions Specification); `nil` for an MBR.
    ///
    /// - Throws: `RootPartitionError` when a GPT has none, or several.
    public func rootPartition() throws(RootPartitionError) -> GPTEntry? {
        guard case .gpt(let table) = imageTable else { return nil }
        return try table.rootPartition()
    }
}
