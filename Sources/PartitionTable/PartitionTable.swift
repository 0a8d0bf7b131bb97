/// The partition table at the start of a disk image.
public enum PartitionTable: Hashable, Sendable {
    /// A GUID partition table behind a protective MBR.
    case gpt(GPT)
    /// A plain MBR.
    case mbr(MBR)

    /// Bytes of an image's start that hold every usual table, in sectors of either size, and the first bytes of a file
    /// system at 1 MiB, where the first partition usually lies.
    public static let usualHeadLength = (1 << 20) + (128 << 10)

    /// Bytes of a logical sector: 512 or 4096.
    public var sectorSize: Int {
        switch self {
        case .gpt(let table): table.sectorSize
        case .mbr(let table): table.sectorSize
        }
    }

    /// The first byte of the lowest partition: what lies below is the head of the image.
    public var lowestFirstByte: Int {
        switch self {
        case .gpt(let table): table.lowestFirstByte
        case .mbr(let table): table.lowestFirstByte
        }
    }

    /// Reads and checks the table at the start of an image that is meant for a disk with this sector size.
    ///
    /// - Parameters:
    ///   - imageHead: the image's bytes from its first on, at least as many as its table takes.
    ///   - sectorSize: bytes of a logical sector of the disk.
    /// - Throws: `headTooShort` when more bytes are needed; any other error is final.
    public static func read(imageHead: [UInt8], sectorSize: Int) throws(PartitionTableError) -> PartitionTable {
        guard sectorSize == 512 || sectorSize == 4096 else { throw .unsupportedSectorSize(sectorSize) }
        guard imageHead.count >= MBR.length else {
            throw .headTooShort(needed: MBR.length, available: imageHead.count)
        }
        let mbr = MBR(imageHead: imageHead, sectorSize: sectorSize)
        if let mbr, !mbr.isProtective, !mbr.partitions.isEmpty {
            if let other = mbr.otherSectorSize(imageHead: imageHead) {
                throw .wrongSectorSize(image: other, disk: sectorSize)
            }
            return .mbr(try mbr.checked())
        }
        // From here on only a GPT makes sense, and headers of either sector size end within two sectors of 4096 bytes.
        let needed = 4096 + GPT.headerLength
        let found = GPT.hasSignature(imageHead: imageHead, sectorSize: sectorSize)
        guard found || imageHead.count >= needed else {
            throw .headTooShort(needed: needed, available: imageHead.count)
        }
        if !found {
            let other = sectorSize == 512 ? 4096 : 512
            if GPT.hasSignature(imageHead: imageHead, sectorSize: other) {
                throw .wrongSectorSize(image: other, disk: sectorSize)
            }
            guard mbr?.isProtective == true else { throw .noTable }
            throw .damagedHeader(reason: "sector 1 holds none, though sector 0 is a protective MBR")
        }
        guard mbr?.isProtective == true else { throw .noProtectiveMBR }
        return .gpt(try GPT.readPrimary(imageHead: imageHead, sectorSize: sectorSize))
    }
}
