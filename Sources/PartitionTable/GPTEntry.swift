import ByteCoding

/// One partition of a GPT (UEFI specification 5.3.3).
public struct GPTEntry: Hashable, Sendable {
    /// Bytes of one entry. The specification allows larger ones; Linux reads no other (`block/partitions/efi.c`).
    public static let length = 128
    static let nameUnits = 36

    /// The place in the table, from 1: the number in `/dev/sda2`.
    public let number: Int
    /// What the partition is for.
    public let typeGUID: GUID
    /// The partition's own identity, `PARTUUID`.
    public let uniqueGUID: GUID
    /// The first logical sector.
    public let firstLBA: Int
    /// The last logical sector, inclusive.
    public let lastLBA: Int
    /// Attribute bits (UEFI specification, table 5-8; the type decides on bits 48 to 63).
    public let attributes: UInt64
    /// The name's field as it lies on the disk: 36 UTF-16 code units.
    let nameField: [UInt16]

    /// The name, up to its first NUL, `PARTLABEL`. It comes from the image: it may hold control characters.
    public var name: String {
        String(decoding: nameField.prefix { $0 != 0 }, as: UTF16.self)
    }

    /// Logical sectors from the first to the last.
    public var sectorCount: Int { lastLBA - firstLBA + 1 }

    /// What the partition is for, when the type is known.
    public var type: PartitionType? { PartitionType(guid: typeGUID) }

    /// Bit 63, of the types in the Discoverable Partitions Specification: not to be found by type.
    public var isHiddenFromDiscovery: Bool { attributes >> 63 == 1 }

    /// Reads one entry; `nil` when it is unused. The caller checks the sectors against the table's header.
    init?(number: Int, reader: inout ByteReader) throws(PartitionTableError) {
        do {
            guard let type = GUID(diskBytes: try reader.read(16)), let unique = GUID(diskBytes: try reader.read(16))
            else { return nil }
            let first = try reader.littleEndian(UInt64.self)
            let last = try reader.littleEndian(UInt64.self)
            attributes = try reader.littleEndian()
            var units: [UInt16] = []
            for _ in 0..<Self.nameUnits { units.append(try reader.littleEndian()) }
            guard type != .zero else { return nil }
            guard let firstLBA = Int(exactly: first), let lastLBA = Int(exactly: last), firstLBA <= lastLBA else {
                throw PartitionTableError.invalidEntry(
                    number: number, reason: "its first sector \(first) lies after its last sector \(last)")
            }
            self.number = number
            typeGUID = type
            uniqueGUID = unique
            self.firstLBA = firstLBA
            self.lastLBA = lastLBA
            nameField = units
        } catch let error as PartitionTableError {
            throw error
        } catch {
            throw .invalidEntry(number: number, reason: error.explanation)
        }
    }

    /// A new partition, of whole sectors.
    init(_ new: NewPartition, number: Int, sectorSize: Int) {
        self.number = number
        typeGUID = new.type.guid
        uniqueGUID = new.uniqueGUID
        firstLBA = new.bytes.lowerBound / sectorSize
        lastLBA = new.bytes.upperBound / sectorSize - 1
        attributes = 0
        let units = Array(new.name.utf16.prefix(Self.nameUnits))
        nameField = units + [UInt16](repeating: 0, count: Self.nameUnits - units.count)
    }

    private init(_ other: GPTEntry, lastLBA: Int) {
        number = other.number
        typeGUID = other.typeGUID
        uniqueGUID = other.uniqueGUID
        firstLBA = other.firstLBA
        self.lastLBA = lastLBA
        attributes = other.attributes
        nameField = other.nameField
    }

    /// The same partition, longer or shorter.
    func ending(atLBA lastLBA: Int) -> GPTEntry { GPTEntry(self, lastLBA: lastLBA) }

    func write(to writer: inout ByteWriter) {
        writer.append(typeGUID.diskBytes)
        writer.append(uniqueGUID.diskBytes)
        writer.littleEndian(UInt64(firstLBA))
        writer.littleEndian(UInt64(lastLBA))
        writer.littleEndian(attributes)
        for unit in nameField { writer.littleEndian(unit) }
    }
}

extension GPTEntry: CustomStringConvertible {
    /// One line for people: number, type, sectors, name.
    public var description: String {
        let printable = name.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : String($0) }
        let hidden = isHiddenFromDiscovery ? ", not to be discovered" : ""
        return "\(number): \(type?.description ?? typeGUID.description), sectors \(firstLBA)-\(lastLBA), "
            + "\"\(printable.joined())\"\(hidden)"
    }
}
