import PartitionTable

/// Which bytes of an image and of a disk are written last, and where an image must end. Pure arithmetic.
///
/// The head is everything below the lowest partition, at most `headLimit` bytes: what lies between that limit and the
/// lowest partition is written with the body, for no firmware boots from it without the table at the start.
struct WithheldRegions: Equatable, Sendable {
    /// Bytes of the head that are kept in memory at most. A usual image has one MiB.
    static let headLimit = 16 << 20

    /// The table with its backup at the disk's end.
    let table: PartitionTable
    /// From the start of image and disk alike.
    let head: Range<UInt64>
    /// The backup of the table where the image has it; empty for an MBR. Its bytes are never written: the backup is made
    /// anew for the disk's end.
    let imageTail: Range<UInt64>
    /// Where the backup of the table belongs on the disk; empty for an MBR.
    let diskTail: Range<UInt64>
    /// The disk's last sectors, which may hold the backup of an older table.
    let oldBackup: Range<UInt64>
    /// Bytes that an image with this table has at least.
    let declaredSize: UInt64

    /// - Parameters:
    ///   - imageTable: the table as the image has it.
    ///   - diskSize: bytes.
    ///   - disk: the disk's name, for errors.
    /// - Throws: `PartitionTableError`, `ImageWriteError`.
    init(of imageTable: PartitionTable, diskSize: UInt64, disk: String) throws {
        let sectorSize = imageTable.sectorSize
        let sectors = Int(clamping: diskSize / UInt64(sectorSize))
        let headEnd = min(imageTable.lowestFirstByte, Self.headLimit)
        head = 0..<UInt64(headEnd)
        switch imageTable {
        case .gpt(let gpt):
            let relocated = try gpt.relocated(toDiskSectors: sectors)
            let tableEnd = (gpt.entriesLBA + gpt.entriesSectorCount) * sectorSize
            guard tableEnd <= headEnd else {
                throw ImageWriteError.tableTooLarge(end: tableEnd, limit: headEnd)
            }
            table = .gpt(relocated)
            declaredSize = UInt64(gpt.imageSizeInBytes)
            let lastPartitionEnd = (gpt.entries.map { $0.lastLBA + 1 }.max() ?? 0)
            let backup = max(lastPartitionEnd, gpt.alternateLBA - gpt.entriesSectorCount) * sectorSize
            imageTail = UInt64(min(backup, gpt.imageSizeInBytes))..<declaredSize
            diskTail = UInt64(relocated.backup.offset)..<UInt64(sectors * sectorSize)
            oldBackup = diskTail
        case .mbr(let mbr):
            table = imageTable
            declaredSize = UInt64(mbr.partitions.map { ($0.firstLBA + $0.sectorCount) * sectorSize }.max() ?? 0)
            guard declaredSize <= diskSize else {
                throw ImageWriteError.diskTooSmall(disk: disk, needed: declaredSize, available: diskSize)
            }
            imageTail = declaredSize..<declaredSize
            diskTail = diskSize..<diskSize
            // The usual backup: 128 entries of 128 bytes and the header.
            let backup = UInt64(((128 * 128 + sectorSize - 1) / sectorSize + 1) * sectorSize)
            let end = UInt64(sectors * sectorSize)
            oldBackup = (end - min(backup, end))..<end
        }
    }

    /// Those of a bare file system, in its own bytes: all of it is body, and the disk's tail lies somewhere behind it.
    ///
    /// - Parameter disk: those of the disk with the table that was made for it.
    init(of enclosure: FileSystemEnclosure, within disk: WithheldRegions) {
        table = disk.table
        head = 0..<0
        declaredSize = enclosure.length
        imageTail = declaredSize..<declaredSize
        diskTail = disk.diskTail.lowerBound - enclosure.start..<disk.diskTail.upperBound - enclosure.start
        oldBackup = diskTail
    }

    /// What to write of the image's bytes in a range: all that is neither head nor tail.
    func body(in range: Range<UInt64>) -> [Range<UInt64>] {
        var pieces: [Range<UInt64>] = []
        var start = max(range.lowerBound, head.upperBound)
        for withheld in [imageTail, diskTail].sorted(by: { $0.lowerBound < $1.lowerBound }) where !withheld.isEmpty {
            if start < min(range.upperBound, withheld.lowerBound) {
                pieces.append(start..<min(range.upperBound, withheld.lowerBound))
            }
            start = max(start, withheld.upperBound)
        }
        if start < range.upperBound { pieces.append(start..<range.upperBound) }
        return pieces
    }
}
