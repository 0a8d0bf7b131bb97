extension GPT {
    /// The same table on a disk of another size: the backup at the disk's true end, everything before it usable.
    ///
    /// Neither partitions nor identities change.
    ///
    /// - Parameter diskSectors: the disk's length in logical sectors of `sectorSize` bytes.
    /// - Throws: `diskTooSmall` when a partition would reach into the backup.
    public func relocated(toDiskSectors diskSectors: Int) throws(PartitionTableError) -> GPT {
        let highest = entries.map(\.lastLBA).max() ?? firstUsableLBA
        let needed = highest + 1 + entriesSectorCount + 1
        guard diskSectors >= needed else {
            throw .diskTooSmall(needed: needed, available: diskSectors, sectorSize: sectorSize)
        }
        guard diskSectors <= Int.max / sectorSize else {
            throw .diskTooLarge(sectors: diskSectors, sectorSize: sectorSize)
        }
        return GPT(
            sectorSize: sectorSize, diskGUID: diskGUID, alternateLBA: diskSectors - 1,
            firstUsableLBA: firstUsableLBA, lastUsableLBA: diskSectors - 1 - entriesSectorCount - 1,
            entriesLBA: entriesLBA, entryCapacity: entryCapacity, entries: entries)
    }
}
