import ByteCoding

/// Gives bytes of an image, or of the disk that it was written to, from a byte offset on.
public typealias DiskReading = (_ offset: Int, _ count: Int) throws -> [UInt8]

/// A logical partition and the link that lists it.
struct LogicalPartition: Hashable {
    /// With the number that Linux gives it, and its first sector on the disk.
    let partition: MBRPartition
    /// The link's sector.
    let link: Int
    /// The number of its entry there, 1 to 4.
    let entry: Int
}

/// The chain of sectors by which an extended partition lists the logical ones in it.
struct LogicalChain {
    let extended: MBRPartition
    /// Each is a sector like an MBR's: its data partitions count from itself, the next link from the extended partition's
    /// start.
    private(set) var links: [(sector: Int, bytes: [UInt8], table: MBR)] = []
    private(set) var partitions: [LogicalPartition] = []

    /// Links that are followed at most; Linux has no more numbers for a disk.
    static let longest = 256

    /// Follows the links of an extended partition. A link without its signature ends the chain, as it does for Linux.
    ///
    /// - Parameter firstNumber: of the first partition in it.
    /// - Throws: `PartitionTableError` for a chain that does not end, and for logical partitions outside of their extended
    ///   one; whatever `read` throws.
    init(_ extended: MBRPartition, firstNumber: Int, sectorSize: Int, _ read: DiskReading) throws {
        self.extended = extended
        var link = extended.firstLBA
        var seen: Set<Int> = []
        while seen.insert(link).inserted {
            guard seen.count <= Self.longest else {
                throw PartitionTableError.invalidEntry(
                    number: extended.number, reason: "it holds more than \(Self.longest) logical partitions")
            }
            let bytes = try read(link * sectorSize, sectorSize)
            guard let table = MBR(imageHead: bytes, sectorSize: sectorSize) else { return }
            links.append((link, bytes, table))
            for entry in table.partitions where !entry.isExtended {
                let first = link + entry.firstLBA
                let isInside = first > link && first + entry.sectorCount <= extended.endLBA
                // The third and fourth entry are often remains of something else; Linux passes over those outside.
                if !isInside, entry.number > 2 { continue }
                let number = firstNumber + partitions.count
                guard isInside else {
                    throw PartitionTableError.invalidEntry(
                        number: number, reason: "it does not lie inside extended partition \(extended.number)")
                }
                let partition = MBRPartition(entry, number: number, firstLBA: first)
                partitions.append(LogicalPartition(partition: partition, link: link, entry: entry.number))
            }
            guard let next = table.partitions.first(where: \.isExtended) else { return }
            link = extended.firstLBA + next.firstLBA
            guard link < extended.endLBA else {
                throw PartitionTableError.invalidEntry(
                    number: extended.number, reason: "its chain of logical partitions leads out of it")
            }
        }
        throw PartitionTableError.invalidEntry(
            number: extended.number, reason: "its chain of logical partitions leads back to itself")
    }
}

extension MBR {
    /// The partitions that hold data: the primary ones, then the logical ones with the numbers that Linux gives them,
    /// from 5 on (`block/partitions/msdos.c`).
    ///
    /// Linux also lists the extended partition, as the two sectors that hold its first link; nothing can be in it.
    ///
    /// - Throws: `PartitionTableError` for a chain that does not end, and for logical partitions outside of their extended
    ///   one or over each other; whatever `read` throws.
    public func dataPartitions(read: DiskReading) throws -> [MBRPartition] {
        let logical = try chains(read).flatMap { $0.partitions.map(\.partition) }
        return partitions.filter { !$0.isExtended && !$0.isProtective } + logical
    }

    /// The chains of all extended partitions.
    func chains(_ read: DiskReading) throws -> [LogicalChain] {
        var chains: [LogicalChain] = []
        for extended in partitions where extended.isExtended {
            let firstNumber = 5 + chains.reduce(0) { $0 + $1.partitions.count }
            chains.append(try LogicalChain(extended, firstNumber: firstNumber, sectorSize: sectorSize, read))
        }
        let inOrder = chains.flatMap { $0.partitions.map(\.partition) }.sorted { $0.firstLBA < $1.firstLBA }
        for (lower, upper) in zip(inOrder, inOrder.dropFirst()) where upper.firstLBA < lower.endLBA {
            throw PartitionTableError.overlap(lower.number, upper.number)
        }
        return chains
    }
}

extension MBRPartition {
    /// The sector after its last.
    var endLBA: Int { firstLBA + sectorCount }
}
