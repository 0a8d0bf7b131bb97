import PartitionTable

/// Head and tail of a disk as `WithheldTable.seal` would write them now.
public struct WithheldEnds: Equatable, Sendable {
    /// From the disk's first byte up to the lowest partition, or to as much as is kept in memory.
    public let head: [UInt8]
    /// The backup of the table; empty for an MBR.
    public let tail: [UInt8]
    /// Bytes of the disk up to the end of the tail; of an MBR's disk nothing is withheld there.
    public let tailEnd: UInt64?
}

extension WithheldTable {
    /// What programs that want to see the whole disk are shown at its ends.
    public var ends: WithheldEnds {
        switch table {
        case .gpt(let gpt):
            let backup = gpt.backup
            return WithheldEnds(
                head: gpt.head(from: head), tail: backup.bytes, tailEnd: UInt64(backup.offset + backup.bytes.count))
        case .mbr: return WithheldEnds(head: head, tail: [], tailEnd: nil)
        }
    }

    /// Takes over what such programs made of the head: boot code, and changes to the table. The tail follows from it.
    ///
    /// - Throws: `PartitionTableError` when the table is broken now; `ImageWriteError.tableMoved` when it cannot be sealed
    ///   on this disk.
    public mutating func adopt(head new: [UInt8]) throws {
        guard new != ends.head else { return }
        let changed = try PartitionTable.read(imageHead: new, sectorSize: table.sectorSize)
        guard changed.lowestFirstByte >= min(table.lowestFirstByte, new.count) else {
            throw ImageWriteError.tableMoved(reason: "a partition begins where none did")
        }
        switch (table, changed) {
        case (.gpt(let old), .gpt(let gpt)):
            guard gpt.alternateLBA == old.alternateLBA, gpt.entriesLBA == old.entriesLBA,
                gpt.entryCapacity == old.entryCapacity
            else { throw ImageWriteError.tableMoved(reason: "it lies elsewhere on the disk") }
        case (.mbr, .mbr): break
        default: throw ImageWriteError.tableMoved(reason: "it is of another kind")
        }
        table = changed
        head = new
    }
}
