import Decompression
import ImageSources
import PartitionTable
import QCOW2

/// What an inspection of an image's start found out, before anything is written.
public struct ImageFacts: Sendable {
    /// The mirror that answered, and the image's length as served.
    public let origin: ImageOrigin
    /// How it is compressed.
    public let compression: Compression
    /// The table as the image has it, or as it is made around a bare file system.
    public let imageTable: PartitionTable
    /// Bytes, decompressed, that the image has according to its table or superblock: at least what the disk must have.
    public let declaredSize: UInt64
    /// Memory that decoding needs because of how the image was compressed (zstd's window, xz's dictionary), in bytes.
    public let decoderMemory: UInt64
    /// Bytes of the disk the image is meant for.
    public let diskSize: UInt64
    /// Bytes of a logical sector of that disk.
    public let sectorSize: Int

    /// The disk's first bytes, by which the writer knows the image again.
    let head: [UInt8]
    /// What holds the disk, if it is not the image itself.
    let container: ClusterContainer?

    /// The partitions around an image that is a bare file system.
    public let enclosure: FileSystemEnclosure?

    /// What the image is and how it is compressed, in a few words.
    public var kind: String {
        let content = enclosure.map { "bare \($0.fileSystem.rawValue), " } ?? ""
        guard container != nil else { return content + compression.description }
        return content + (compression == .none ? "qcow2" : "qcow2 in \(compression)")
    }

    /// How a file around the disk is read, where that takes memory: a sentence without a full stop.
    public var note: String? {
        container?.onlyOnce.map {
            "the qcow2 file is read once, from its start to its end: \($0); "
                + "clusters that come before the table which names them are kept in memory, at most half of what is free"
        }
    }

    /// The root partition by its type (Discoverable Partitions Specification); `nil` for an MBR.
    ///
    /// - Throws: `RootPartitionError` when a GPT has none, or several.
    public func rootPartition() throws(RootPartitionError) -> GPTEntry? {
        guard case .gpt(let table) = imageTable else { return nil }
        return try table.rootPartition()
    }
}

/// A qcow2 file around a disk.
struct ClusterContainer: Sendable {
    let header: QCOW2Header
    /// The file's first bytes, by which the writer knows it again.
    let head: [UInt8]
    /// Why it can be read only once; `nil` when it can be read in parts.
    let onlyOnce: String?
}
