import Decompression
import DiskImages
import ImageSources
import LinuxSystem
import PartitionTable
import QCOW2

/// Looks at an image before anything is written: fetches and decodes just its start.
public enum ImagePreflight {
    /// Inspects an image that is meant for a disk.
    ///
    /// - Parameters:
    ///   - diskSize: bytes of the disk.
    ///   - logicalSectorSize: bytes of its logical sectors, 512 or 4096.
    ///   - disk: the disk's name, for errors.
    ///   - content: what the image is to be. Around a bare file system partitions are made, here and now.
    ///   - availableMemory: bytes that may be used, where known.
    ///   - options: what the writer is to check: a check sum of the bytes as served must be had in one pass.
    /// - Throws: `ImageSourceError`, `DecompressionError`, `DiskImageRefusal`, `QCOW2Refusal`, `PartitionTableError`,
    ///   `ImageWriteError`, `SignatureError`, each saying why this image cannot go to this disk.
    public static func inspect(
        _ source: any ImageSource, diskSize: UInt64, logicalSectorSize: Int, disk: String = "the disk",
        content: ImageContent = .wholeDisk, availableMemory: UInt64? = MachineResources.availableMemory,
        options: ImageWriter.Options = ImageWriter.Options()
    ) async throws -> ImageFacts {
        var wanted = PartitionTable.usualHeadLength
        while true {
            let length = wanted
            var head = try await read(source) { try ImageHead(reading: length, of: $0) }
            if DiskImageFormat(head: head.bytes) == .qcow2 {
                let file = head
                head = try await read(source) {
                    try ImageHead(
                        reading: length, of: file, sectorSize: logicalSectorSize,
                        isReadOnce: options.forContainer(true).readsServedBytes,
                        stagingMemory: options.stagingMemory, $0)
                }
            }
            do {
                try options.signature?.requireVerifiable(length: head.origin.length)
                try requireMemory(for: head.decoderMemory, of: availableMemory)
                return try facts(
                    of: head, content, diskSize: diskSize, sectorSize: logicalSectorSize, disk: disk)
            } catch PartitionTableError.headTooShort(let needed, _)
                where needed > length && needed <= WithheldRegions.headLimit
            {
                wanted = needed
            }
        }
    }

    /// Buffers and received bytes beside what the decoder takes.
    private static let ownMemory: UInt64 = 48 << 20

    private static func requireMemory(for decoder: UInt64, of available: UInt64?) throws(ImageWriteError) {
        let needed = decoder.addingReportingOverflow(Self.ownMemory)
        guard let available, needed.overflow || needed.partialValue > available else { return }
        throw .notEnoughMemory(needed: decoder, available: available)
    }

    private static func read(
        _ source: any ImageSource, _ body: @escaping @Sendable (any ImageStream) throws -> ImageHead
    ) async throws -> ImageHead {
        let stream = source.makeStream()
        return try await blockingWork("inspect", cancel: { stream.cancel() }) {
            defer { stream.close() }
            return try body(stream)
        }
    }

    private static func facts(
        of head: ImageHead, _ content: ImageContent, diskSize: UInt64, sectorSize: Int, disk: String
    ) throws -> ImageFacts {
        var enclosure: FileSystemEnclosure?
        let table: PartitionTable
        switch content {
        case .wholeDisk:
            try DiskImageFormat(head: head.bytes).requireRawDisk()
            table = try PartitionTable.read(imageHead: head.bytes, sectorSize: sectorSize)
        case .fileSystem:
            var generator = SystemRandomNumberGenerator()
            let made = try FileSystemEnclosure(
                of: head.bytes, diskSize: diskSize, sectorSize: sectorSize, disk: disk, using: &generator)
            table = .gpt(made.table)
            enclosure = made
        }
        let ends = try WithheldRegions(of: table, diskSize: diskSize, disk: disk)
        let regions = enclosure.map { WithheldRegions(of: $0, within: ends) } ?? ends
        if let length = head.imageSize {
            if length < regions.declaredSize {
                throw ImageWriteError.imageTooShort(declared: regions.declaredSize, actual: length)
            }
            let start = enclosure?.start ?? 0
            if length > diskSize - start {
                let needed = length.addingReportingOverflow(start)
                throw ImageWriteError.diskTooSmall(
                    disk: disk, needed: needed.overflow ? .max : needed.partialValue, available: diskSize)
            }
        }
        return ImageFacts(
            origin: head.origin, compression: head.compression, imageTable: table, declaredSize: regions.declaredSize,
            decoderMemory: head.decoderMemory, diskSize: diskSize, sectorSize: sectorSize, head: head.bytes,
            container: head.container, enclosure: enclosure)
    }
}
