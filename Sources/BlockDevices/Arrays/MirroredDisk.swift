import ByteCoding

/// One of the disks of a RAID 1 of Linux md with metadata 1.0, which hold the array from their first byte on and md's own
/// data behind it: `struct mdp_superblock_1` of <linux/raid/md_p.h>.
public enum MirroredDisk {
    /// Bytes of the array that such a disk holds.
    ///
    /// - Parameters:
    ///   - diskBytes: the disk's size.
    ///   - read: gives so many bytes from an offset on.
    /// - Returns: `nil` for any other disk.
    /// - Throws: what `read` throws.
    public static func arrayBytes<Failure: Error>(
        diskBytes: UInt64, read: (_ offset: UInt64, _ count: Int) throws(Failure) -> [UInt8]
    ) throws(Failure) -> UInt64? {
        guard let place = MDSuperblock.Version.v1_0.offset(memberBytes: diskBytes) else { return nil }
        let bytes = try read(place, Int(MDSuperblock.bytes))
        guard MDMember(bytes, version: .v1_0, offset: place)?.level == 1, let sectors = try? arraySectors(bytes),
            sectors > 0, sectors <= place / 512
        else { return nil }
        return sectors * 512
    }

    /// Sectors of 512 bytes that the array has; 0 where its data does not begin with the disk.
    private static func arraySectors(_ superblock: [UInt8]) throws(ByteReadError) -> UInt64 {
        var reader = ByteReader(superblock)
        try reader.seek(to: 80)
        let size: UInt64 = try reader.littleEndian()
        try reader.seek(to: 128)
        return try reader.littleEndian() == UInt64(0) ? size : 0
    }
}
