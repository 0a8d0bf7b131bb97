extension PartitionTable {
    /// Grows a partition to the end of a disk, if no other lies behind it; also a logical partition of an MBR.
    ///
    /// - Parameters:
    ///   - number: of the partition.
    ///   - diskSectors: the disk's length in logical sectors. A GPT has been relocated to it before and knows its end.
    ///   - read: gives bytes of the disk; called only for logical partitions.
    /// - Throws: `NoGrowth`, the reason why the partition stays as it is; `PartitionTableError` for a damaged chain of
    ///   logical partitions; whatever `read` throws.
    public func growing(_ number: Int, toDiskSectors diskSectors: Int, read: DiskReading) throws -> PartitionGrowth {
        guard case .mbr(let table) = self, number > 4 else { return try growing(number, toDiskSectors: diskSectors) }
        return try table.growingLogical(number, toDiskSectors: diskSectors, read)
    }
}

extension MBR {
    /// Grows a logical partition, and the extended one around it, to the end of the disk or to the last sector that an MBR
    /// can count. The extended partition's length is in the table; the logical one's is in its own link, and counted once
    /// more in the link before that.
    func growingLogical(_ number: Int, toDiskSectors diskSectors: Int, _ read: DiskReading) throws -> PartitionGrowth {
        let chains = try chains(read)
        guard let chain = chains.first(where: { $0.partitions.contains { $0.partition.number == number } }),
            let logical = chain.partitions.first(where: { $0.partition.number == number })
        else { throw NoGrowth.noSuchPartition(number) }
        let (partition, extended) = (logical.partition, chain.extended)
        let behind =
            partitions.filter { $0.firstLBA > extended.firstLBA }
            + chain.partitions.map(\.partition).filter { $0.firstLBA > partition.firstLBA }
        guard behind.isEmpty else {
            throw NoGrowth.notLast(number, behind: behind.sorted { $0.firstLBA < $1.firstLBA }.map(\.number))
        }
        guard chain.links.allSatisfy({ $0.sector < partition.firstLBA }) else { throw NoGrowth.linkBehind(number) }

        let start = partition.firstLBA * sectorSize
        let limit = min(diskSectors, Self.sectorLimit)
        let end = PartitionGrowth.end(start: start, limit: limit * sectorSize) / sectorSize
        // The extended partition's length has 32 bits as well.
        let endLBA = min(end, extended.firstLBA + Int(UInt32.max))
        guard endLBA > partition.endLBA else { throw NoGrowth.full(number) }
        let count = endLBA - partition.firstLBA
        let whole = extended.with(sectorCount: max(endLBA - extended.firstLBA, extended.sectorCount))
        var growth = PartitionGrowth(
            table: .mbr(replacing(whole)), startBytes: UInt64(start),
            oldLengthBytes: UInt64(partition.sectorCount * sectorSize), newLengthBytes: UInt64(count * sectorSize),
            isAtTableLimit: diskSectors > limit)
        for link in chain.links {
            var bytes = link.bytes
            if link.sector == logical.link {
                Self.setLength(ofEntry: logical.entry, in: &bytes, sectorCount: count, endLBA: endLBA)
            } else if let next = link.table.partitions.first(where: \.isExtended),
                extended.firstLBA + next.firstLBA == logical.link
            {
                Self.setLength(
                    ofEntry: next.number, in: &bytes, sectorCount: max(endLBA - logical.link, next.sectorCount),
                    endLBA: endLBA)
            }
            if bytes != link.bytes {
                growth.links.append(DiskRegion(offset: link.sector * sectorSize, bytes: bytes))
            }
        }
        return growth
    }
}
