/// A member of an md array, made without a kernel that knows md: Linux md(4), `struct mdp_superblock_1`.
enum RAIDMember {
    static let superblockLength = 256
    /// What `events` counts from.
    static let events: UInt64 = 17

    /// The superblock of version 1.0 or 1.2 of the only member there is of a clean RAID1 of two.
    ///
    /// - Parameters:
    ///   - sector: its own place on the member, in sectors of 512 bytes.
    ///   - dataOffset: the first sector of the array's data on the member.
    ///   - dataSectors: the array's length.
    static func superblock(at sector: UInt64, dataOffset: UInt64, dataSectors: UInt64) -> [UInt8] {
        // As many roles as members: the first one is this one's, the second one is nobody's.
        var bytes = [UInt8](repeating: 0, count: superblockLength + 4)
        func put(_ value: some FixedWidthInteger, at offset: Int) {
            withUnsafeBytes(of: value.littleEndian) { bytes.replaceSubrange(offset..<offset + $0.count, with: $0) }
        }
        put(UInt32(0xa92b_4efc), at: 0)
        put(UInt32(1), at: 4)
        bytes.replaceSubrange(16..<32, with: Array("martlet-lab-raid".utf8))
        bytes.replaceSubrange(32..<41, with: Array("tiny:boot".utf8))
        put(UInt64(1_700_000_000), at: 64)
        put(Int32(1), at: 72)
        put(dataSectors, at: 80)
        put(UInt32(2), at: 92)
        put(dataOffset, at: 128)
        put(dataSectors, at: 136)
        put(sector, at: 144)
        bytes.replaceSubrange(168..<184, with: Array("martlet-lab-disk".utf8))
        put(UInt64(1_700_000_000), at: 192)
        put(events, at: 200)
        put(UInt64.max, at: 208)
        put(UInt32(2), at: 220)
        put(UInt16(0xfffe), at: 258)
        let words = stride(from: 0, to: bytes.count, by: 4).map { start in
            (0..<4).reduce(UInt64(0)) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
        }
        let sum = words.reduce(0, +)
        put(UInt32(truncatingIfNeeded: (sum & 0xffff_ffff) + (sum >> 32)), at: 216)
        return bytes
    }
}
