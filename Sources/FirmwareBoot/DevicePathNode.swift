import ByteCoding
import PartitionTable

/// One node of a device path (UEFI specification 10.2 and 10.3.5). What is not of interest here stays bytes.
public enum DevicePathNode: Hashable, Sendable {
    /// A partition.
    case hardDrive(HardDriveNode)
    /// A file, or a part of its path, with backslashes.
    case file(String)
    /// Any other node: type, sub-type, and the bytes after the header.
    case other(type: UInt8, subtype: UInt8, data: [UInt8])

    /// The end of the entire path.
    static let end = DevicePathNode.other(type: 0x7F, subtype: 0xFF, data: [])

    private static let headerLength = 4
    private static let media: UInt8 = 4
    private static let hardDriveSubtype: UInt8 = 1
    private static let fileSubtype: UInt8 = 4
    private static let endType: UInt8 = 0x7F

    /// Whether the path, or one instance of it, ends here.
    var isEnd: Bool {
        if case .other(Self.endType, _, _) = self { true } else { false }
    }

    /// The bytes of the node.
    var encoded: [UInt8] {
        let (type, subtype, data): (UInt8, UInt8, [UInt8]) =
            switch self {
            case .hardDrive(let partition): (Self.media, Self.hardDriveSubtype, partition.encoded)
            case .file(let path): (Self.media, Self.fileSubtype, FirmwareText.encode(path))
            case .other(let type, let subtype, let data): (type, subtype, data)
            }
        var writer = ByteWriter()
        writer.append([type, subtype])
        writer.littleEndian(UInt16(clamping: data.count + Self.headerLength))
        writer.append(data)
        return writer.bytes
    }

    /// Reads a node. One that does not hold what its type promises stays bytes.
    init(reading reader: inout ByteReader) throws(ByteReadError) {
        let type = try reader.littleEndian(UInt8.self)
        let subtype = try reader.littleEndian(UInt8.self)
        let length = Int(try reader.littleEndian(UInt16.self))
        let data = try reader.read(length - Self.headerLength)
        self = .other(type: type, subtype: subtype, data: Array(data))
        guard type == Self.media else { return }
        var inner = ByteReader(data)
        if subtype == Self.hardDriveSubtype, let partition = try? HardDriveNode(reading: &inner), inner.isAtEnd {
            self = .hardDrive(partition)
        } else if subtype == Self.fileSubtype, let path = try? FirmwareText.decode(&inner), inner.isAtEnd {
            // Only what is written again as it was read.
            let file = DevicePathNode.file(path)
            if file.encoded.dropFirst(Self.headerLength) == data { self = file }
        }
    }
}

/// A partition as a device path names it (UEFI specification, table 10-49).
public struct HardDriveNode: Hashable, Sendable {
    /// What tells this partition from all others.
    public enum Signature: Hashable, Sendable {
        /// The unique GUID of a GPT's entry.
        case guid(GUID)
        /// Anything else: the field's sixteen bytes, the format of the table and the kind of the signature.
        case other([UInt8], format: UInt8, kind: UInt8)
    }

    /// Its place in the table, from 1.
    public let number: UInt32
    /// Its first logical sector.
    public let firstLBA: UInt64
    /// Its length in logical sectors.
    public let sectorCount: UInt64
    /// What tells it from all others.
    public let signature: Signature

    private static let mbr: UInt8 = 1
    private static let gpt: UInt8 = 2
    private static let diskSignatureKind: UInt8 = 1
    private static let guidKind: UInt8 = 2

    /// A partition from its parts.
    public init(number: UInt32, firstLBA: UInt64, sectorCount: UInt64, signature: Signature) {
        self.number = number
        self.firstLBA = firstLBA
        self.sectorCount = sectorCount
        self.signature = signature
    }

    /// A partition of a GPT.
    public init(_ entry: GPTEntry) {
        self.init(
            number: UInt32(clamping: entry.number), firstLBA: UInt64(clamping: entry.firstLBA),
            sectorCount: UInt64(clamping: entry.sectorCount), signature: .guid(entry.uniqueGUID))
    }

    /// A primary partition of an MBR.
    ///
    /// - Parameter diskSignature: that of the table.
    public init(_ partition: MBRPartition, diskSignature: UInt32) {
        var field = ByteWriter()
        field.littleEndian(diskSignature)
        field.zeros(12)
        self.init(
            number: UInt32(clamping: partition.number), firstLBA: UInt64(clamping: partition.firstLBA),
            sectorCount: UInt64(clamping: partition.sectorCount),
            signature: .other(field.bytes, format: Self.mbr, kind: Self.diskSignatureKind))
    }

    /// Its GUID, if it is one of a GPT.
    public var guid: GUID? {
        if case .guid(let guid) = signature { guid } else { nil }
    }

    var encoded: [UInt8] {
        var writer = ByteWriter(reservingCapacity: 38)
        writer.littleEndian(number)
        writer.littleEndian(firstLBA)
        writer.littleEndian(sectorCount)
        switch signature {
        case .guid(let guid): writer.append(guid.diskBytes + [Self.gpt, Self.guidKind])
        case .other(let bytes, let format, let kind): writer.append(bytes + [format, kind])
        }
        return writer.bytes
    }

    init(reading reader: inout ByteReader) throws(ByteReadError) {
        number = try reader.littleEndian()
        firstLBA = try reader.littleEndian()
        sectorCount = try reader.littleEndian()
        let bytes = Array(try reader.read(16))
        let format = try reader.littleEndian(UInt8.self)
        let kind = try reader.littleEndian(UInt8.self)
        if format == Self.gpt, kind == Self.guidKind, let guid = GUID(diskBytes: bytes) {
            signature = .guid(guid)
        } else {
            signature = .other(bytes, format: format, kind: kind)
        }
    }
}

extension PartitionTable {
    /// Type 0xef of an MBR (UEFI specification 5.2.2).
    private static let systemPartitionType: UInt8 = 0xEF

    /// The EFI system partitions, in order of their numbers.
    public var systemPartitions: [HardDriveNode] {
        switch self {
        case .gpt(let table): table.entries(ofType: PartitionType.efiSystem.guid).map { HardDriveNode($0) }
        case .mbr(let table):
            table.partitions.filter { $0.type == Self.systemPartitionType }
                .map { HardDriveNode($0, diskSignature: table.diskSignature) }
        }
    }
}
