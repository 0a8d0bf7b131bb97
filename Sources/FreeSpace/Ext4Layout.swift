import ByteCoding

/// The superblock of an ext2, ext3 or ext4 file system (`Documentation/filesystems/ext4/super.rst`).
struct Ext4Layout {
    private struct Features {
        // Compatible ones.
        static let journal: UInt32 = 0x4
        // Incompatible ones: filetype, extents, 64bit, flex_bg, ea_inode, csum_seed, largedir, inline_data, encrypt, casefold.
        static let harmless: UInt32 = 0x2 | 0x40 | 0x80 | 0x200 | 0x400 | 0x2000 | 0x4000 | 0x8000 | 0x10000 | 0x20000
        static let recovery: UInt32 = 0x4
        static let extents: UInt32 = 0x40
        static let wide: UInt32 = 0x80
        static let checksumSeed: UInt32 = 0x2000
        // Those that matter to writers only: sparse_super, large_file, btree_dir, huge_file, gdt_csum, dir_nlink,
        // extra_isize, quota, bigalloc, metadata_csum, readonly, project, verity.
        static let harmlessToReaders: UInt32 =
            0x1 | 0x2 | 0x4 | 0x8 | 0x10 | 0x20 | 0x40 | 0x100 | 0x200 | 0x400 | 0x1000 | 0x2000 | 0x8000
        static let orphans: UInt32 = 0x10000
        static let groupChecksums: UInt32 = 0x10
        static let clusters: UInt32 = 0x200
        static let checksums: UInt32 = 0x400
    }

    private static let offset = 1024
    private static let length = 1024
    /// Bounds the memory: 32 TiB in blocks of 4096 bytes.
    private static let mostGroups: UInt64 = 256 << 10

    /// `ext2`, `ext3` or `ext4`.
    let name: String
    let blockSize: UInt64
    let blockCount: UInt64
    let firstDataBlock: UInt64
    let blocksPerGroup: UInt64
    /// Blocks that a bit of a bitmap stands for.
    let blocksPerCluster: UInt64
    let inodeTableBlocks: UInt64
    let descriptorLength: Int
    /// Blocks of the descriptors and of what is kept free behind them, of which copies are in many groups.
    let tableBlocks: UInt64
    let reservedTableBlocks: UInt64
    /// Where checksums of this file system begin; `nil` where it has none.
    let checksumSeed: UInt32?
    /// Whether a group may say that its bitmap was never written.
    let hasUnwrittenBitmaps: Bool

    var groupCount: UInt64 { (blockCount - firstDataBlock + blocksPerGroup - 1) / blocksPerGroup }

    /// - Parameter start: the partition's first 4096 bytes.
    /// - Returns: `nil` when it holds no such file system.
    init?(start: [UInt8], length: UInt64) throws {
        guard start.count >= Self.offset + Self.length else { return nil }
        let bytes = start[Self.offset..<Self.offset + Self.length]
        let fields = Fields(bytes)
        guard try fields.number(0x38, UInt16.self) == 0xef53 else { return nil }
        let compatible = try fields.number(0x5c, UInt32.self)
        let incompatible = try fields.number(0x60, UInt32.self)
        let readOnly = try fields.number(0x64, UInt32.self)
        name =
            incompatible & Features.extents != 0 ? "ext4" : compatible & Features.journal != 0 ? "ext3" : "ext2"
        // Bit 0 is set by an unmount, bit 1 when errors were found, bit 2 while orphans are cleaned up.
        guard try fields.number(0x3a, UInt16.self) == 1, incompatible & Features.recovery == 0,
            readOnly & Features.orphans == 0, try fields.number(0xe8, UInt32.self) == 0
        else {
            throw UnusableFileSystem(reason: "its \(name) was not unmounted cleanly, or has errors")
        }
        guard incompatible & ~Features.harmless == 0, readOnly & ~Features.harmlessToReaders == 0 else {
            throw UnusableFileSystem(reason: "its \(name) has features that are not known here")
        }
        if readOnly & Features.checksums != 0 {
            guard CRC32C.checksum(bytes.dropLast(4)) == (try fields.number(0x3fc, UInt32.self)) else {
                throw UnusableFileSystem.damaged("the checksum of its superblock is wrong")
            }
            checksumSeed =
                incompatible & Features.checksumSeed != 0
                ? try fields.number(0x270) : CRC32C.checksum(try fields.bytes(0x68, 16))
        } else {
            checksumSeed = nil
        }
        let isWide = incompatible & Features.wide != 0
        hasUnwrittenBitmaps = readOnly & (Features.checksums | Features.groupChecksums) != 0

        let blockBits = 10 + UInt64(try fields.number(0x18, UInt32.self))
        let clusterBits =
            readOnly & Features.clusters != 0 ? 10 + UInt64(try fields.number(0x1c, UInt32.self)) : blockBits
        guard blockBits <= 16, clusterBits >= blockBits, clusterBits <= 30 else {
            throw UnusableFileSystem.damaged("the size of its blocks makes no sense")
        }
        blockSize = 1 << blockBits
        blocksPerCluster = 1 << (clusterBits - blockBits)
        let low = UInt64(try fields.number(0x4, UInt32.self))
        blockCount = isWide ? UInt64(try fields.number(0x150, UInt32.self)) << 32 | low : low
        firstDataBlock = UInt64(try fields.number(0x14, UInt32.self))
        blocksPerGroup = UInt64(try fields.number(0x20, UInt32.self))
        let bytesEnd = blockCount.multipliedReportingOverflow(by: blockSize)
        guard blockCount > firstDataBlock, firstDataBlock <= 1, !bytesEnd.overflow, bytesEnd.partialValue <= length
        else {
            throw UnusableFileSystem.damaged("it is larger than its partition")
        }
        guard blocksPerGroup > 0, blocksPerGroup % blocksPerCluster == 0, blocksPerGroup / blocksPerCluster % 8 == 0,
            blocksPerGroup / blocksPerCluster <= 8 * blockSize
        else {
            throw UnusableFileSystem.damaged("the size of its groups makes no sense")
        }
        let revision = try fields.number(0x4c, UInt32.self)
        let inodeSize = revision == 0 ? 128 : UInt64(try fields.number(0x58, UInt16.self))
        inodeTableBlocks =
            (UInt64(try fields.number(0x28, UInt32.self)) * inodeSize + blockSize - 1) / blockSize
        let descriptorLength = isWide ? Int(try fields.number(0xfe, UInt16.self)) : 32
        guard inodeTableBlocks < blocksPerGroup, (32...1024).contains(descriptorLength), descriptorLength % 4 == 0
        else {
            throw UnusableFileSystem.damaged("the size of its tables makes no sense")
        }
        self.descriptorLength = descriptorLength
        reservedTableBlocks = UInt64(try fields.number(0xce, UInt16.self))
        let groups = (blockCount - firstDataBlock + blocksPerGroup - 1) / blocksPerGroup
        let tableBytes = groups.multipliedReportingOverflow(by: UInt64(descriptorLength))
        guard !tableBytes.overflow, groups <= Self.mostGroups else {
            throw UnusableFileSystem(reason: "its \(name) has more groups than are looked at")
        }
        tableBlocks = (tableBytes.partialValue + blockSize - 1) / blockSize
    }
}

/// Little-endian numbers at places in a structure.
struct Fields {
    private let all: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        all = bytes
    }

    func number<Value: FixedWidthInteger>(_ offset: Int, _: Value.Type = Value.self) throws(ByteReadError) -> Value {
        var reader = ByteReader(all)
        try reader.seek(to: offset)
        return try reader.littleEndian()
    }

    func bigEndian<Value: FixedWidthInteger>(
        _ offset: Int, _: Value.Type = Value.self
    ) throws(ByteReadError) -> Value {
        var reader = ByteReader(all)
        try reader.seek(to: offset)
        return try reader.bigEndian()
    }

    func bytes(_ offset: Int, _ count: Int) throws(ByteReadError) -> ArraySlice<UInt8> {
        var reader = ByteReader(all)
        try reader.seek(to: offset)
        return try reader.read(count)
    }
}
