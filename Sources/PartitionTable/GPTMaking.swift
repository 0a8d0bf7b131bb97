/// A partition that a new table is to have.
public struct NewPartition: Sendable {
    /// What it is for.
    public let type: PartitionType
    /// Its own identity.
    public let uniqueGUID: GUID
    /// Its name, `PARTLABEL`; 36 UTF-16 code units at most.
    public let name: String
    /// Bytes from the start of the disk; whole sectors.
    public let bytes: Range<Int>

    /// A partition from its parts.
    public init(type: PartitionType, uniqueGUID: GUID, name: String, bytes: Range<Int>) {
        self.type = type
        self.uniqueGUID = uniqueGUID
        self.name = name
        self.bytes = bytes
    }
}

extension GPT {
    /// Entries that a table has room for: the least that the specification allows (UEFI 5.3.1), and what all tools make.
    private static let usualCapacity = 128

    /// A new table with its backup at the end of a disk.
    ///
    /// - Parameters:
    ///   - partitions: in order of their numbers and their places, numbered from 1; at most 128.
    ///   - diskSectors: the disk's length in logical sectors of `sectorSize` bytes.
    /// - Throws: `unsupportedSectorSize`; `diskTooSmall` when a partition would reach into the backup; `invalidEntry` for
    ///   one that holds no whole sectors or reaches into the table, `overlap`.
    public static func make(
        _ partitions: [NewPartition], diskGUID: GUID, diskSectors: Int, sectorSize: Int
    ) throws(PartitionTableError) -> GPT {
        guard sectorSize == 512 || sectorSize == 4096 else { throw .unsupportedSectorSize(sectorSize) }
        guard partitions.count <= usualCapacity else {
            throw .invalidEntry(number: partitions.count, reason: "a new table has room for \(usualCapacity)")
        }
        let firstUsable = 2 + entriesSectorCount(capacity: usualCapacity, sectorSize: sectorSize)
        var entries: [GPTEntry] = []
        for (index, partition) in partitions.enumerated() {
            let (start, end) = (partition.bytes.lowerBound, partition.bytes.upperBound)
            guard start % sectorSize == 0, end % sectorSize == 0, end > start, start / sectorSize >= firstUsable else {
                throw .invalidEntry(
                    number: index + 1, reason: "its bytes \(start) to \(end) are no sectors behind the table")
            }
            if let before = entries.last, before.lastLBA >= start / sectorSize { throw .overlap(index, index + 1) }
            entries.append(GPTEntry(partition, number: index + 1, sectorSize: sectorSize))
        }
        let room = GPT(
            sectorSize: sectorSize, diskGUID: diskGUID, alternateLBA: 0, firstUsableLBA: firstUsable, lastUsableLBA: 0,
            entriesLBA: 2, entryCapacity: usualCapacity, entries: entries)
        return try room.relocated(toDiskSectors: diskSectors)
    }
}

extension GUID {
    /// A GUID like no other: version 4, variant 1 (RFC 9562, section 5.4).
    public static func random(using generator: inout some RandomNumberGenerator) -> GUID {
        var bytes = (0..<16).map { _ in UInt8.random(in: 0...UInt8.max, using: &generator) }
        // In the order on a disk the field with the version is little-endian.
        bytes[7] = bytes[7] & 0x0f | 0x40
        bytes[8] = bytes[8] & 0x3f | 0x80
        return GUID(diskBytes: bytes) ?? .zero
    }
}
