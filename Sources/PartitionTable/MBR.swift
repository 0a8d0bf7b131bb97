import ByteCoding

/// A master boot record: the partition table of BIOS machines, and the shield in sector 0 of a GPT (UEFI 5.2).
public struct MBR: Hashable, Sendable {
    /// Bytes of sector 0 that it takes, whatever the sector size.
    public static let length = 512
    /// Bytes at the start that hold boot code.
    public static let bootCodeLength = 440
    static let bootSignature: [UInt8] = [0x55, 0xaa]
    static let signatureOffset = 440
    static let tableOffset = 446
    static let bootSignatureOffset = 510
    static let entryLength = 16

    /// Bytes of a logical sector: 512 or 4096.
    public let sectorSize: Int
    /// The 32-bit disk signature at byte 440, from which Linux makes `PARTUUID`s.
    public let diskSignature: UInt32
    /// The used primary entries in order of their numbers; see `dataPartitions` for the logical ones.
    public let partitions: [MBRPartition]

    /// The first byte of the lowest partition.
    public var lowestFirstByte: Int { (partitions.map(\.firstLBA).min() ?? 1) * sectorSize }

    /// Whether an entry protects a GPT as Linux asks for it: type 0xee from sector 1 on.
    public var isProtective: Bool { partitions.contains(where: \.isProtective) }

    /// The four entries and the signature; `nil` when sector 0 holds no such table: no boot signature, or an entry whose
    /// status is neither 0x00 nor 0x80, as in the boot sector of a file system.
    init?(imageHead: [UInt8], sectorSize: Int) {
        guard imageHead.count >= Self.length,
            imageHead[Self.bootSignatureOffset..<Self.length].elementsEqual(Self.bootSignature)
        else { return nil }
        var reader = ByteReader(imageHead[..<Self.length])
        guard (try? reader.seek(to: Self.signatureOffset)) != nil,
            let signature = try? reader.littleEndian(UInt32.self), (try? reader.seek(to: Self.tableOffset)) != nil
        else { return nil }
        var partitions: [MBRPartition] = []
        for number in 1...4 {
            guard let bytes = try? reader.read(Self.entryLength) else { return nil }
            guard let status = bytes.first, status & 0x7f == 0 else { return nil }
            if let partition = MBRPartition(number: number, bytes: bytes) { partitions.append(partition) }
        }
        self.sectorSize = sectorSize
        diskSignature = signature
        self.partitions = partitions
    }

    private init(_ other: MBR, partitions: [MBRPartition]) {
        sectorSize = other.sectorSize
        diskSignature = other.diskSignature
        self.partitions = partitions
    }

    /// The same table with another entry of that number.
    func replacing(_ partition: MBRPartition) -> MBR {
        MBR(self, partitions: partitions.map { $0.number == partition.number ? partition : $0 })
    }

    /// The image's head with this table's lengths in place of its own.
    ///
    /// - Parameter imageHead: the image's bytes below `lowestFirstByte`, or more. Only the entries that differ change.
    public func head(from imageHead: [UInt8]) -> [UInt8] {
        let original = MBR(imageHead: imageHead, sectorSize: sectorSize)?.partitions ?? []
        var head = imageHead
        for partition in partitions where original.contains(where: { partition.differsInLength(from: $0) }) {
            Self.setLength(
                ofEntry: partition.number, in: &head, sectorCount: partition.sectorCount, endLBA: partition.endLBA)
        }
        return head
    }

    /// Gives an entry of a sector with four of them another length, and keeps all else.
    ///
    /// - Parameters:
    ///   - number: 1 to 4.
    ///   - endLBA: the sector after the partition's last, counted from the start of the disk.
    static func setLength(ofEntry number: Int, in sector: inout [UInt8], sectorCount: Int, endLBA: Int) {
        let entry = tableOffset + (number - 1) * entryLength
        var writer = ByteWriter(reservingCapacity: entryLength)
        writer.append(sector[entry..<entry + 5])
        writer.append(ProtectiveMBR.cylinderHeadSector(of: endLBA - 1))
        writer.append(sector[entry + 8..<entry + 12])
        writer.littleEndian(UInt32(clamping: sectorCount))
        sector.replaceSubrange(entry..<entry + entryLength, with: writer.bytes)
    }

    /// Checks that every partition starts after sector 0 and that none share sectors.
    func checked() throws(PartitionTableError) -> MBR {
        for partition in partitions where partition.firstLBA == 0 {
            throw .invalidEntry(number: partition.number, reason: "it starts at sector 0, where the table itself lies")
        }
        let inOrder = partitions.sorted { $0.firstLBA < $1.firstLBA }
        for (lower, upper) in zip(inOrder, inOrder.dropFirst())
        where upper.firstLBA < lower.firstLBA + lower.sectorCount {
            throw .overlap(lower.number, upper.number)
        }
        return self
    }
}

/// One partition of an MBR.
public struct MBRPartition: Hashable, Sendable {
    /// The place in the table, 1 to 4; of a logical partition 5 and more.
    public let number: Int
    /// What it is for: 0x83 Linux, 0x05 and 0x0f extended, 0xee protective, 0xef EFI system partition.
    public let type: UInt8
    /// Whether the BIOS is to boot from it.
    public let isActive: Bool
    /// The first logical sector.
    public let firstLBA: Int
    /// Its length in logical sectors.
    public let sectorCount: Int

    /// Holds logical partitions instead of data.
    public var isExtended: Bool { [0x05, 0x0f, 0x85].contains(type) }
    var isProtective: Bool { type == 0xee && firstLBA == 1 }

    private init(_ other: MBRPartition, sectorCount: Int) {
        number = other.number
        type = other.type
        isActive = other.isActive
        firstLBA = other.firstLBA
        self.sectorCount = sectorCount
    }

    /// The same partition, longer or shorter.
    func with(sectorCount: Int) -> MBRPartition { MBRPartition(self, sectorCount: sectorCount) }

    func differsInLength(from other: MBRPartition) -> Bool {
        number == other.number && sectorCount != other.sectorCount
    }

    init?(number: Int, bytes: ArraySlice<UInt8>) {
        var reader = ByteReader(bytes)
        guard let status = try? reader.read(1).first, (try? reader.skip(3)) != nil,
            let type = try? reader.read(1).first, (try? reader.skip(3)) != nil,
            let first = try? reader.littleEndian(UInt32.self), let count = try? reader.littleEndian(UInt32.self),
            type != 0, count != 0
        else { return nil }
        self.number = number
        self.type = type
        isActive = status == 0x80
        firstLBA = Int(first)
        sectorCount = Int(count)
    }

    /// A logical partition, whose entry counts its first sector from elsewhere.
    init(_ entry: MBRPartition, number: Int, firstLBA: Int) {
        self.number = number
        self.firstLBA = firstLBA
        type = entry.type
        isActive = entry.isActive
        sectorCount = entry.sectorCount
    }
}
