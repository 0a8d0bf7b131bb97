import ByteCoding

/// The superblock of one member of a RAID 1 with metadata 1.0: `struct mdp_superblock_1` in `<linux/raid/md_p.h>`.
///
/// A member holds the array's data from its first byte on, so that a firmware or a boot loader that knows nothing of md
/// reads it as a plain disk.
struct MirrorSuperblock: Sendable, Equatable {
    /// What mdadm(8) takes for an array of no host in particular: it gets the same name wherever it is assembled.
    static let name = "any:root"
    /// Roles that there is room for, as mdadm has it.
    private static let roles = 128
    /// A member that has no place in the array yet: `MD_DISK_ROLE_SPARE`.
    private static let spare: UInt16 = 0xffff
    /// The log of bad blocks, right in front of the superblock as mdadm puts it; in sectors of 512.
    private static let badBlockLogSectors: UInt16 = 8

    /// The array.
    var array: ArrayUUID
    /// This member, whatever its place.
    var device: ArrayUUID
    /// Its place in the array, from 0.
    var place: UInt16
    /// Members of the array.
    var members: UInt16 = 2
    /// Seconds since 1970.
    var created: UInt64
    /// Sectors of 512 that the array has.
    var arraySectors: UInt64
    /// Sectors of 512 that this member could give to it.
    var usableSectors: UInt64
    /// Where the superblock lies on this member, in sectors of 512.
    var superblockSector: UInt64
    /// Sectors of 512 from the start that are equal on all members; what lies behind is copied from the first one.
    var equalSectors: UInt64 = 0

    /// The 4 KiB to write.
    func encoded() -> [UInt8] {
        let sum = Self.checksum(fields(checksum: 0))
        var bytes = fields(checksum: sum)
        bytes += [UInt8](repeating: 0, count: max(Int(MDSuperblock.bytes) - bytes.count, 0))
        return bytes
    }

    private func fields(checksum: UInt32) -> [UInt8] {
        var writer = ByteWriter(reservingCapacity: Int(MDSuperblock.bytes))
        // The array: magic, major version, features, padding.
        writer.littleEndian(MDSuperblock.magic)
        writer.littleEndian(UInt32(1))
        writer.zeros(8)
        writer.append(array.bytes)
        let name = Self.name.utf8.prefix(32)
        writer.append(name)
        writer.zeros(32 - name.count)
        writer.littleEndian(created)
        // Level 1, no layout.
        writer.littleEndian(UInt32(1))
        writer.littleEndian(UInt32(0))
        writer.littleEndian(arraySectors)
        // No chunks, the members, and neither bitmap nor reshape.
        writer.littleEndian(UInt32(0))
        writer.littleEndian(UInt32(members))
        writer.zeros(32)
        // The member: its data begins at sector 0.
        writer.littleEndian(UInt64(0))
        writer.littleEndian(usableSectors)
        writer.littleEndian(superblockSector)
        writer.littleEndian(UInt64(0))
        writer.littleEndian(UInt32(place))
        writer.littleEndian(UInt32(0))
        writer.append(device.bytes)
        writer.zeros(2)
        writer.littleEndian(Self.badBlockLogSectors)
        writer.littleEndian(-Int32(Self.badBlockLogSectors))
        // The state: time of the last update, events.
        writer.littleEndian(created)
        writer.littleEndian(UInt64(0))
        writer.littleEndian(equalSectors)
        writer.littleEndian(checksum)
        writer.littleEndian(UInt32(Self.roles))
        writer.zeros(32)
        for role in 0..<UInt16(Self.roles) { writer.littleEndian(role < members ? role : Self.spare) }
        return writer.bytes
    }

    /// The sum of all 32-bit words, its carry added: `calc_sb_1_csum` of the kernel's `drivers/md/md.c`.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var sum: UInt64 = 0
        var reader = ByteReader(bytes)
        while let word: UInt32 = try? reader.littleEndian() { sum &+= UInt64(word) }
        return UInt32(truncatingIfNeeded: sum) &+ UInt32(truncatingIfNeeded: sum >> 32)
    }
}
