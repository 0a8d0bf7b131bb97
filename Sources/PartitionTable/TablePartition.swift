/// A partition that can hold data, whichever kind of table lists it.
public struct TablePartition: Hashable, Sendable {
    /// The kernel's number of it: the one in `/dev/sda2`; logical partitions of an MBR count from 5.
    public let number: Int
    /// The first byte on the disk.
    public let firstByte: Int
    /// The length in bytes.
    public let byteCount: Int
    /// `PARTUUID` as Linux has it, in lower case: a GUID, or `xxxxxxxx-nn` for an MBR, from the disk's signature and the
    /// number (`block/partitions/msdos.c`).
    public let uuid: String
    /// What it is for; `nil` in an MBR.
    public let typeGUID: GUID?
    /// `PARTLABEL`; empty in an MBR. It may hold control characters.
    public let name: String
    /// Whether it says that it is not to be found by its type.
    public let isHiddenFromDiscovery: Bool

    init(_ entry: GPTEntry, of table: GPT) {
        number = entry.number
        firstByte = table.firstByte(of: entry)
        byteCount = table.byteCount(of: entry)
        uuid = entry.uniqueGUID.description
        typeGUID = entry.typeGUID
        name = entry.name
        isHiddenFromDiscovery = entry.isHiddenFromDiscovery
    }

    init(_ partition: MBRPartition, of table: MBR) {
        number = partition.number
        firstByte = partition.firstLBA * table.sectorSize
        byteCount = partition.sectorCount * table.sectorSize
        uuid = hexadecimal(table.diskSignature, digits: 8) + "-" + hexadecimal(UInt32(partition.number), digits: 2)
        typeGUID = nil
        name = ""
        isHiddenFromDiscovery = false
    }
}

private func hexadecimal(_ value: UInt32, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(digits - text.count, 0)) + text
}

extension PartitionTable {
    /// All partitions that can hold data.
    ///
    /// - Parameter read: gives bytes of the image, or of the disk it was written to, from a byte offset on; called only for
    ///   the logical partitions of an MBR, whose list lies scattered among them.
    /// - Throws: `PartitionTableError` for a damaged list; whatever `read` throws.
    public func partitions(read: DiskReading) throws -> [TablePartition] {
        switch self {
        case .gpt(let table): table.partitions
        case .mbr(let table): try table.dataPartitions(read: read).map { TablePartition($0, of: table) }
        }
    }
}

extension GPT {
    /// All partitions.
    public var partitions: [TablePartition] { entries.map { TablePartition($0, of: self) } }
}
