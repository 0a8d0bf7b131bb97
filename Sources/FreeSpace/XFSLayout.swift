import ByteCoding

/// The superblock of an XFS file system (`fs/xfs/libxfs/xfs_format.h`, `struct xfs_dsb`).
struct XFSLayout {
    /// ftype, sparse inodes, meta_uuid, bigtime, nrext64, exchange-range, parent. Not: needs repair.
    private static let harmless: UInt32 = 0x1 | 0x2 | 0x4 | 0x8 | 0x20 | 0x40 | 0x80
    /// finobt, rmapbt, reflink, inobtcount.
    private static let harmlessToReaders: UInt32 = 0x1 | 0x2 | 0x4 | 0x8
    private static let length = 512

    let blockSize: UInt64
    let blockCount: UInt64
    let sectorSize: UInt64
    /// Blocks of an allocation group; of the last one, at most.
    let groupBlocks: UInt64
    let groupCount: UInt64
    /// Bits of a block's number that say where in its group it is.
    let groupBits: UInt64
    /// The first block of the log, as group and block.
    let logStart: UInt64
    let logBlocks: UInt64
    let uuid: [UInt8]
    /// Version 5: metadata has checksums.
    let hasChecksums: Bool

    /// - Parameter start: the partition's first 4096 bytes.
    /// - Returns: `nil` when it holds no such file system.
    init?(start: [UInt8], length: UInt64) throws {
        guard start.count >= Self.length, start.starts(with: Array("XFSB".utf8)) else { return nil }
        let fields = Fields(start[...])
        let blockBits = UInt64(try fields.bigEndian(120, UInt8.self))
        let sectorBits = UInt64(try fields.bigEndian(121, UInt8.self))
        guard (9...16).contains(blockBits), (9...15).contains(sectorBits), sectorBits <= blockBits else {
            throw UnusableFileSystem.damaged("the size of its blocks makes no sense")
        }
        blockSize = 1 << blockBits
        sectorSize = 1 << sectorBits
        guard UInt64(try fields.bigEndian(4, UInt32.self)) == blockSize,
            UInt64(try fields.bigEndian(102, UInt16.self)) == sectorSize
        else {
            throw UnusableFileSystem.damaged("its superblock contradicts itself")
        }
        let version = try fields.bigEndian(100, UInt16.self) & 0xf
        guard version == 4 || version == 5 else {
            throw UnusableFileSystem(reason: "its XFS is of version \(version), which is not known here")
        }
        hasChecksums = version == 5
        if hasChecksums {
            let incompatible = try fields.bigEndian(216, UInt32.self)
            let readOnly = try fields.bigEndian(212, UInt32.self)
            guard incompatible & ~Self.harmless == 0, readOnly & ~Self.harmlessToReaders == 0 else {
                throw UnusableFileSystem(reason: "its XFS has features that are not known here, or needs repair")
            }
        }
        guard try fields.bigEndian(126, UInt8.self) == 0 else {
            throw UnusableFileSystem(reason: "its XFS is not made to its end")
        }
        blockCount = try fields.bigEndian(8)
        groupBlocks = UInt64(try fields.bigEndian(84, UInt32.self))
        groupCount = UInt64(try fields.bigEndian(88, UInt32.self))
        groupBits = UInt64(try fields.bigEndian(124, UInt8.self))
        logStart = try fields.bigEndian(48)
        logBlocks = UInt64(try fields.bigEndian(96, UInt32.self))
        uuid = Array(try fields.bytes(32, 16))
        let bytes = blockCount.multipliedReportingOverflow(by: blockSize)
        guard !bytes.overflow, bytes.partialValue <= length else {
            throw UnusableFileSystem.damaged("it is larger than its partition")
        }
        guard groupBlocks > 0, groupBits <= 31, groupBlocks <= 1 << groupBits,
            groupCount == (blockCount + groupBlocks - 1) / groupBlocks, groupCount > 0
        else {
            throw UnusableFileSystem.damaged("the size of its groups makes no sense")
        }
        if hasChecksums, sectorSize <= UInt64(start.count) {
            try Self.require(start.prefix(Int(sectorSize)), checksumAt: 224, of: "superblock")
        }
    }

    /// The byte at which a group begins.
    func start(ofGroup group: UInt64) -> UInt64 { group * groupBlocks * blockSize }

    /// Blocks of a group.
    func blocks(ofGroup group: UInt64) -> UInt64 { min(groupBlocks, blockCount - group * groupBlocks) }

    /// Compares the CRC-32C in a structure, stored inverted and in little-endian order, with what it is over the rest.
    static func require(_ bytes: some Collection<UInt8>, checksumAt offset: Int, of what: String) throws {
        let bytes = Array(bytes)
        var sum = CRC32C.checksum(bytes.prefix(offset))
        sum = CRC32C.checksum([0, 0, 0, 0], from: sum)
        sum = CRC32C.checksum(bytes.dropFirst(offset + 4), from: sum)
        guard ~sum == (try Fields(bytes[...]).number(offset, UInt32.self)) else {
            throw UnusableFileSystem.damaged("the checksum of its \(what) is wrong")
        }
    }
}
