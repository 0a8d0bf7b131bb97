/// A partition table in which one partition reaches to the end of the disk. Pure arithmetic.
public struct PartitionGrowth: Hashable, Sendable {
    /// The whole table, the partition grown.
    public let table: PartitionTable
    /// The partition's first byte on the disk, the same as before.
    public let startBytes: UInt64
    /// The partition's length before, in bytes.
    public let oldLengthBytes: UInt64
    /// The partition's length in the new table, in bytes.
    public let newLengthBytes: UInt64
    /// Whether the disk goes on beyond what the table can count: an MBR ends at sector 2^32, 2 TiB.
    public let isAtTableLimit: Bool
    /// What changes beside the table: sectors that list logical partitions of an MBR, which lie among these on the disk.
    public internal(set) var links: [DiskRegion] = []

    /// Ends of partitions are multiples of this, as their starts are made by all usual tools.
    static let alignment = 1 << 20
    /// The largest block of the file systems that can be grown: a partition holds a whole number of them.
    static let block = 4096

    /// The highest end for a partition: aligned, and whole blocks after its start. All in bytes.
    static func end(start: Int, limit: Int) -> Int {
        let aligned = limit / alignment * alignment
        return aligned > start ? aligned - (aligned - start) % block : start
    }
}

extension PartitionTable {
    /// Grows a partition that the table itself lists, so no logical one of an MBR, to the end of a disk, if no other lies
    /// behind it.
    ///
    /// - Throws: `NoGrowth`, the reason why the partition stays as it is.
    public func growing(_ number: Int, toDiskSectors diskSectors: Int) throws(NoGrowth) -> PartitionGrowth {
        switch self {
        case .gpt(let table): try table.growing(number)
        case .mbr(let table): try table.growing(number, toDiskSectors: diskSectors)
        }
    }
}

extension GPT {
    /// Grows a partition to the last usable sector of the table, or a little less for the sake of alignment.
    func growing(_ number: Int) throws(NoGrowth) -> PartitionGrowth {
        guard let entry = entry(number: number) else { throw .noSuchPartition(number) }
        let behind = entries.filter { $0.firstLBA > entry.lastLBA }.sorted { $0.firstLBA < $1.firstLBA }
        guard behind.isEmpty else { throw .notLast(number, behind: behind.map(\.number)) }
        let start = firstByte(of: entry)
        let end = PartitionGrowth.end(start: start, limit: (lastUsableLBA + 1) * sectorSize)
        let lastLBA = end / sectorSize - 1
        guard lastLBA > entry.lastLBA else { throw .full(number) }
        let table = GPT(
            sectorSize: sectorSize, diskGUID: diskGUID, alternateLBA: alternateLBA, firstUsableLBA: firstUsableLBA,
            lastUsableLBA: lastUsableLBA, entriesLBA: entriesLBA, entryCapacity: entryCapacity,
            entries: entries.map { $0.number == number ? $0.ending(atLBA: lastLBA) : $0 })
        return PartitionGrowth(
            table: .gpt(table), startBytes: UInt64(start), oldLengthBytes: UInt64(byteCount(of: entry)),
            newLengthBytes: UInt64(end - start), isAtTableLimit: false)
    }
}

extension MBR {
    /// Sectors that the 32 bits of an entry can count, and beyond which many programs find nothing.
    static let sectorLimit = 1 << 32

    /// Grows a primary partition to the end of the disk, or to the last sector that an MBR can count.
    func growing(_ number: Int, toDiskSectors diskSectors: Int) throws(NoGrowth) -> PartitionGrowth {
        guard let partition = partitions.first(where: { $0.number == number }) else {
            throw .noSuchPartition(number)
        }
        guard !partition.isExtended else { throw .extended(number) }
        let behind = partitions.filter { $0.firstLBA > partition.firstLBA }.sorted { $0.firstLBA < $1.firstLBA }
        guard behind.isEmpty else { throw .notLast(number, behind: behind.map(\.number)) }
        let start = partition.firstLBA * sectorSize
        let limit = min(diskSectors, Self.sectorLimit)
        let end = PartitionGrowth.end(start: start, limit: limit * sectorSize)
        let count = min(end / sectorSize - partition.firstLBA, Int(UInt32.max))
        guard count > partition.sectorCount else { throw .full(number) }
        return PartitionGrowth(
            table: .mbr(replacing(partition.with(sectorCount: count))), startBytes: UInt64(start),
            oldLengthBytes: UInt64(partition.sectorCount * sectorSize), newLengthBytes: UInt64(count * sectorSize),
            isAtTableLimit: diskSectors > limit)
    }
}

/// Why a partition is not grown. No error: the installed system boots all the same.
public enum NoGrowth: Error, Hashable, Sendable {
    /// Others, in order of their place, lie behind it.
    case notLast(Int, behind: [Int])
    /// It reaches to the end of the disk already, but for less than 1 MiB.
    case full(Int)
    /// It holds logical partitions.
    case extended(Int)
    /// It is a logical partition of an MBR, and a link of the chain that lists these lies behind it.
    case linkBehind(Int)
    /// The table has no such partition.
    case noSuchPartition(Int)

    /// The reason in words, without a final full stop.
    ///
    /// - Parameter name: what a partition's number is called, such as `sda3`.
    public func explanation(naming name: (Int) -> String) -> String {
        switch self {
        case .notLast(let number, let behind):
            "\(name(number)) is not the last partition: \(behind.map(name).joined(separator: ", ")) "
                + (behind.count == 1 ? "lies" : "lie") + " behind it"
        case .full(let number): "\(name(number)) reaches to the end of the disk already"
        case .extended(let number): "\(name(number)) is an extended partition"
        case .linkBehind(let number):
            "\(name(number)) is a logical partition, and a part of the list of these lies behind it"
        case .noSuchPartition(let number): "the partition table has no \(name(number))"
        }
    }
}
