import ByteCoding

/// What the head of a bare file system says of its own size.
public struct FileSystemExtent: Hashable, Sendable {
    /// Bytes from its start that belong to it.
    public let length: UInt64
    /// Bytes of the smallest piece that it reads or writes: a disk with larger logical sectors cannot hold it.
    public let unit: Int

    /// Reads the superblock of a file system that can be an installed system's root.
    ///
    /// - Parameter head: its first `DiskImageFormat.headLength` bytes.
    /// - Returns: `nil` when the superblock makes no sense.
    public init?(_ type: DiskImageFormat.FileSystem, head: [UInt8]) {
        let facts: (count: UInt64, block: UInt64, unit: UInt64)?
        var reader = ByteReader(head)
        switch type {
        case .ext4: facts = try? Self.ext4(&reader)
        case .xfs: facts = try? Self.xfs(&reader)
        case .btrfs: facts = try? Self.btrfs(&reader)
        case .squashfs, .vfat, .ntfs: facts = nil
        }
        guard let facts, (512...65536).contains(facts.unit), facts.unit.nonzeroBitCount == 1 else {
            return nil
        }
        let (length, overflow) = facts.count.multipliedReportingOverflow(by: facts.block)
        guard !overflow, length > 0, length <= UInt64(Int64.max) else { return nil }
        self.length = length
        unit = Int(facts.unit)
    }

    /// The kernel's `fs/ext4/ext4.h`, `struct ext4_super_block`, at byte 1024.
    private static func ext4(_ reader: inout ByteReader) throws(ByteReadError) -> (UInt64, UInt64, UInt64) {
        let start = 1024
        try reader.seek(to: start + 0x04)
        let low = UInt64(try reader.littleEndian(UInt32.self))
        try reader.seek(to: start + 0x18)
        // 1024 shifted by this; 65536 at most. A larger one comes out as no length.
        let shift = try reader.littleEndian(UInt32.self)
        try reader.seek(to: start + 0x60)
        // INCOMPAT_64BIT: only then is there a high half.
        let has64Bits = try reader.littleEndian(UInt32.self) & 0x80 != 0
        try reader.seek(to: start + 0x150)
        let high = has64Bits ? UInt64(try reader.littleEndian(UInt32.self)) : 0
        let block: UInt64 = shift <= 6 ? 1024 << UInt64(shift) : 0
        return (high << 32 | low, block, block)
    }

    /// The kernel's `fs/xfs/libxfs/xfs_format.h`, `struct xfs_dsb`: big-endian. Its log is written in sectors.
    private static func xfs(_ reader: inout ByteReader) throws(ByteReadError) -> (UInt64, UInt64, UInt64) {
        try reader.seek(to: 4)
        let block = UInt64(try reader.bigEndian(UInt32.self))
        let count = try reader.bigEndian(UInt64.self)
        try reader.seek(to: 102)
        return (count, block, UInt64(try reader.bigEndian(UInt16.self)))
    }

    /// The kernel's `include/uapi/linux/btrfs_tree.h`, `struct btrfs_super_block`, at 64 KiB.
    private static func btrfs(_ reader: inout ByteReader) throws(ByteReadError) -> (UInt64, UInt64, UInt64) {
        let start = 64 << 10
        try reader.seek(to: start + 0x70)
        let length = try reader.littleEndian(UInt64.self)
        try reader.seek(to: start + 0x90)
        return (length, 1, UInt64(try reader.littleEndian(UInt32.self)))
    }
}
