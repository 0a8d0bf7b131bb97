import ByteCoding

extension MBR {
    /// Links of an extended partition's chain that are followed at most; Linux has no more numbers for a disk.
    static let longestChain = 256

    /// The partitions that hold data: the primary ones, then the logical ones with the numbers that Linux gives them,
    /// from 5 on (`block/partitions/msdos.c`).
    ///
    /// Linux also lists the extended partition, as the two sectors that hold its first link; nothing can be in it.
    ///
    /// - Parameter read: gives bytes of the image or of the disk it was written to, from a byte offset on.
    /// - Throws: `PartitionTableError` for a chain that does not end, and for logical partitions outside of their extended
    ///   one or over each other; whatever `read` throws.
    public func dataPartitions(read: (_ offset: Int, _ count: Int) throws -> [UInt8]) throws -> [MBRPartition] {
        var logical: [MBRPartition] = []
        for extended in partitions where extended.isExtended {
            try follow(extended, into: &logical, read)
        }
        let inOrder = logical.sorted { $0.firstLBA < $1.firstLBA }
        for (lower, upper) in zip(inOrder, inOrder.dropFirst()) where upper.firstLBA < lower.endLBA {
            throw PartitionTableError.overlap(lower.number, upper.number)
        }
        return partitions.filter { !$0.isExtended && !$0.isProtective } + logical
    }

    /// Each link is a sector like an MBR's: its data partitions count from itself, the next link from the extended
    /// partition's start. A link without its signature ends the chain, as it does for Linux.
    private func follow(
        _ extended: MBRPartition, into logical: inout [MBRPartition],
        _ read: (_ offset: Int, _ count: Int) throws -> [UInt8]
    ) throws {
        var link = extended.firstLBA
        var seen: Set<Int> = []
        while seen.insert(link).inserted {
            guard seen.count <= Self.longestChain else {
                throw PartitionTableError.invalidEntry(
                    number: extended.number, reason: "it holds more than \(Self.longestChain) logical partitions")
            }
            let bytes = try read(link * sectorSize, Self.length)
            guard let table = MBR(imageHead: bytes, sectorSize: sectorSize) else { return }
            for entry in table.partitions where !entry.isExtended {
                let first = link + entry.firstLBA
                let isInside = first > link && first + entry.sectorCount <= extended.endLBA
                // The third and fourth entry are often remains of something else; Linux passes over those outside.
                if !isInside, entry.number > 2 { continue }
                let number = 5 + logical.count
                guard isInside else {
                    throw PartitionTableError.invalidEntry(
                        number: number, reason: "it does not lie inside extended partition \(extended.number)")
                }
                logical.append(MBRPartition(entry, number: number, firstLBA: first))
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

extension MBRPartition {
    /// The sector after its last.
    var endLBA: Int { firstLBA + sectorCount }
}
