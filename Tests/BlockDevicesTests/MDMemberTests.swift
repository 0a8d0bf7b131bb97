import LinuxSystem
import Testing

@testable import BlockDevices

@Suite struct MDMemberTests {
    /// A member of a RAID1 of two, of which only this one is there: `struct mdp_superblock_1`.
    private static func superblock(level: Int32, sector: UInt64) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 4096)
        func put(_ value: some FixedWidthInteger, _ offset: Int) {
            withUnsafeBytes(of: value.littleEndian) { bytes.replaceSubrange(offset..<offset + $0.count, with: $0) }
        }
        put(UInt32(0xa92b_4efc), 0)
        put(UInt32(1), 4)
        bytes.replaceSubrange(16..<32, with: (0..<16).map { 0x10 + UInt8($0) })
        bytes.replaceSubrange(32..<40, with: Array("tiny:sys".utf8))
        put(UInt64(1_795_000_000), 64)
        put(level, 72)
        put(UInt64(16384), 80)
        put(UInt32(level == 0 ? 128 : 0), 88)
        put(UInt32(2), 92)
        put(UInt64(2048), 128)
        put(UInt64(16384), 136)
        put(sector, 144)
        bytes.replaceSubrange(168..<184, with: (0..<16).map { 0x80 + UInt8($0) })
        put(UInt64(1_795_000_000), 192)
        put(UInt64(17), 200)
        put(UInt64.max, 208)
        put(UInt32(2), 220)
        put(UInt16(0), 256)
        put(UInt16(0xfffe), 258)
        // The sum of the words with its own field as zero, the carry added.
        let words = stride(from: 0, to: 260, by: 4).map { at in
            (0..<4).reduce(UInt64(0)) { $0 | UInt64(bytes[at + $1]) << ($1 * 8) }
        }
        let sum = words.reduce(0, +)
        put(UInt32(truncatingIfNeeded: (sum & 0xffff_ffff) + (sum >> 32)), 216)
        return bytes
    }

    /// `mdp_super_t`, in words of the machine that made it.
    private static func oldSuperblock() -> [UInt8] {
        var words = [UInt32](repeating: 0, count: 1024)
        words[0] = 0xa92b_4efc
        words[2] = 90
        words[5] = 0x1011_1213
        words[7] = 1
        words[8] = 8192
        words[9] = 1
        words[10] = 2
        words[13...15] = [0x1415_1617, 0x1819_1a1b, 0x1c1d_1e1f]
        return words.flatMap { word in withUnsafeBytes(of: word) { Array($0) } }
    }

    @Test(arguments: MDSuperblock.Version.allCases)
    func itsArrayIsKnownByTheNameThatOtherProgramsGiveIt(version: MDSuperblock.Version) throws {
        let file = try TemporaryFile(bytes: 16 << 20)
        let offset = try #require(version.offset(memberBytes: 16 << 20))
        let bytes = version == .v0_90 ? Self.oldSuperblock() : Self.superblock(level: 1, sector: offset / 512)
        try file.descriptor.writeBytes(bytes, at: offset)
        let members = try MDMember.find(on: file.descriptor)
        #expect(members.map(\.version) == [version])
        let member = try #require(members.first)
        #expect(member.arrayUUID == "10111213:14151617:18191a1b:1c1d1e1f")
        #expect(member.level == 1 && member.memberCount == 2 && member.module == "raid1")
        // libblkid has the same, written otherwise: a second copy on another disk is found by it.
        let signature = try #require(try Signatures.all(on: file.path).first { $0.type == "linux_raid_member" })
        #expect(RootNames(uuids: [member.arrayUUID], partitionUUID: "").shared(with: signature) != nil)
    }

    @Test(arguments: [
        (Int32(-1), "linear", "linear"), (0, "raid0", "raid0"), (5, "raid456", "raid5"), (10, "raid10", "raid10"),
        (-4, nil, "raid-4"), (.max, nil, "raid2147483647"),
    ])
    func eachLevelHasItsDriver(level: Int32, module: String?, name: String) throws {
        let member = try #require(MDMember(Self.superblock(level: level, sector: 8), version: .v1_2, offset: 4096))
        #expect(member.module == module && member.levelName == name)
    }

    @Test func aSuperblockThatIsShortOrOfTheOtherByteOrderIsNone() {
        let whole = Self.superblock(level: 1, sector: 8)
        for count in 0..<96 { #expect(MDMember(Array(whole.prefix(count)), version: .v1_2, offset: 4096) == nil) }
        let old = Self.oldSuperblock()
        for count in 0..<64 { #expect(MDMember(Array(old.prefix(count)), version: .v0_90, offset: 0) == nil) }
        let swapped = stride(from: 0, to: 4096, by: 4).flatMap { old[$0..<$0 + 4].reversed() }
        #expect(MDMember(swapped, version: .v0_90, offset: 0) == nil)
        var random = SystemRandomNumberGenerator()
        for version in MDSuperblock.Version.allCases {
            for _ in 0..<200 {
                var bytes = version == .v0_90 ? old : whole
                for _ in 0..<20 { bytes[.random(in: 4..<256, using: &random)] = .random(in: 0...255, using: &random) }
                _ = MDMember(bytes, version: version, offset: 4096)?.levelName
            }
        }
    }
}
