import ByteCoding

/// One of the disks of a RAID 1 of Linux md with metadata 1.0, which hold the array from their first byte on and md's own
/// data behind it: `struct mdp_superblock_1` of <linux/raid/md_p.h>.
enum MirroredDisk {
    private static let magic: UInt32 = 0xa92b_4efc
    private static let superblockLength = 256

    /// Bytes of the array that such a disk holds.
    ///
    /// - Parameters:
    ///   - diskBytes: the disk's size.
    ///   - read: gives so many bytes from an offset on.
    /// - Returns: `nil` for any other disk.
    static func arrayBytes(
        diskBytes: UInt64, read: (_ offset: UInt64, _ count: Int) throws(ImageWriteError) -> [UInt8]
    ) throws(ImageWriteError) -> UInt64? {
        let sectors = diskBytes / 512
        guard sectors >= 24 else { return nil }
        // 8 to 12 KiB from the end, on a boundary of 4 KiB.
        let place = (sectors - 16) / 8 * 8
        var reader = ByteReader(try read(place * 512, superblockLength))
        guard let found = try? Self.sectors(&reader, at: place), found > 0, found <= place else { return nil }
        return found * 512
    }

    /// Sectors of 512 bytes that the array has; 0 for what is no such superblock.
    private static func sectors(_ reader: inout ByteReader, at place: UInt64) throws(ByteReadError) -> UInt64 {
        guard try reader.littleEndian() == magic, try reader.littleEndian() == UInt32(1) else { return 0 }
        try reader.seek(to: 72)
        guard try reader.littleEndian() == UInt32(1) else { return 0 }
        try reader.seek(to: 80)
        let size: UInt64 = try reader.littleEndian()
        try reader.seek(to: 128)
        guard try reader.littleEndian() == UInt64(0) else { return 0 }
        try reader.seek(to: 144)
        guard try reader.littleEndian() == place else { return 0 }
        return size
    }
}
