import Decompression
import DiskImages
import ImageSources
import LinuxSystem
import PartitionTable

/// Looks at an image before anything is written: fetches and decodes just its start.
public enum ImagePreflight {
    /// Inspects an image that is meant for a disk.
    ///
    /// - Parameters:
    ///   - diskSize: bytes of the disk.
    ///   - logicalSectorSize: bytes of its logical sectors, 512 or 4096.
    ///   - disk: the disk's name, for errors.
    /// - Throws: `ImageSourceError`, `DecompressionError`, `DiskImageRefusal`, `PartitionTableError`, `ImageWriteError`,
    ///   each saying why this image cannot go to this disk.
    public static func inspect(
        _ source: any ImageSource, diskSize: UInt64, logicalSectorSize: Int, disk: String = "the disk"
    ) async throws -> ImageFacts {
        var wanted = PartitionTable.usualHeadLength
        while true {
            let length = wanted
            let stream = source.makeStream()
            let head = try await blockingWork("inspect", cancel: { stream.cancel() }) {
                defer { stream.close() }
                return try ImageHead(reading: length, of: stream)
            }
            do {
                return try facts(of: head, diskSize: diskSize, sectorSize: logicalSectorSize, disk: disk)
            } catch PartitionTableError.headTooShort(let needed, _)
                where needed > length && needed <= WithheldRegions.headLimit
            {
                wanted = needed
            }
        }
    }

    private static func facts(
        of head: ImageHead, diskSize: UInt64, sectorSize: Int, disk: String
    ) throws -> ImageFacts {
        try DiskImageFormat(head: head.bytes).requireRawDisk()
        let table = try PartitionTable.read(imageHead: head.bytes, sectorSize: sectorSize)
        let regions = try WithheldRegions(of: table, diskSize: diskSize, disk: disk)
        if head.compression == .none, let length = head.origin.length {
            if length < regions.declaredSize {
                throw ImageWriteError.imageTooShort(declared: regions.declaredSize, actual: length)
            }
            if length > diskSize {
                throw ImageWriteError.diskTooSmall(disk: disk, needed: length, available: diskSize)
            }
        }
        if let available = availableMemory(), head.decoderMemory > available {
            throw ImageWriteError.notEnoughMemory(needed: head.decoderMemory, available: available)
        }
        return ImageFacts(
            origin: head.origin, compression: head.compression, imageTable: table, declaredSize: regions.declaredSize,
            decoderMemory: head.decoderMemory, diskSize: diskSize, sectorSize: sectorSize, head: head.bytes)
    }

    /// Bytes that can be used without swapping, `MemAvailable` of proc(5).
    private static func availableMemory() -> UInt64? {
        guard let text = Files.attribute("/proc/meminfo"),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") }),
            let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ UInt64($0) })
        else { return nil }
        return kibibytes << 10
    }
}

/// The start of an image, decoded.
struct ImageHead: Sendable {
    let origin: ImageOrigin
    let compression: Compression
    let bytes: [UInt8]
    let decoderMemory: UInt64

    /// Opens a stream and decodes its first `length` bytes, or all when there are fewer.
    init(reading length: Int, of stream: any ImageStream) throws {
        let decoding = StreamDecoding(stream)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: length, alignment: 4096)
        defer { buffer.deallocate() }
        origin = try decoding.open()
        let count = try decoding.fill(buffer)
        bytes = Array(buffer[..<count])
        compression = decoding.compression
        decoderMemory = decoding.declaredMemory
    }
}
