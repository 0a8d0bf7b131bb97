import Testing

@testable import BlockDevices

/// Compared with what mdadm 4.2 wrote: `mdadm --create --level=1 --raid-devices=2 --metadata=1.0 --bitmap=none
/// --assume-clean --homehost=any --name=root` of two disks of 64 MiB.
@Suite struct MirrorSuperblockTests {
    private static let array = "75c1997a44a5d9a13db0ebdfb68b31a3"

    /// A member of that array: the UUID that mdadm gave it, and the checksum at byte 216.
    struct Member: Sendable {
        let place: UInt16
        let device: String
        let checksum: [UInt8]
    }

    static let members = [
        Member(place: 0, device: "94e5fd9157111b001124057e37905067", checksum: [0xfb, 0x28, 0x32, 0x45]),
        Member(place: 1, device: "b5e9b9f4271fc792601d9f3ea741d31f", checksum: [0xac, 0xe5, 0xb6, 0xb3]),
    ]

    private static func superblock(_ member: Member) throws -> MirrorSuperblock {
        MirrorSuperblock(
            array: try #require(ArrayUUID(bytes(array))), device: try #require(ArrayUUID(bytes(member.device))),
            place: member.place, created: 0x6b07_d73d, arraySectors: 130_944, usableSectors: 131_040,
            superblockSector: 131_056, equalSectors: .max)
    }

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.filter { !$0.isWhitespace }.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    @Test(arguments: members)
    func isByteForByteWhatMdadmWrites(member: Member) throws {
        let checksum = member.checksum.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let expected = Self.bytes(
            """
            fc4e2ba9 01000000 00000000 00000000
            \(Self.array)
            616e793a 726f6f74 00000000 00000000
            00000000 00000000 00000000 00000000
            3dd7076b 00000000 01000000 00000000
            80ff0100 00000000 00000000 02000000
            00000000 00000000 00000000 00000000
            00000000 00000000 00000000 00000000
            00000000 00000000 e0ff0100 00000000
            f0ff0100 00000000 00000000 00000000
            0\(member.place)000000 00000000 \(member.device.prefix(16))
            \(member.device.suffix(16)) 00000800 f8ffffff
            3dd7076b 00000000 00000000 00000000
            ffffffff ffffffff \(checksum) 80000000
            00000000 00000000 00000000 00000000
            00000000 00000000 00000000 00000000
            00000100
            """)
        let written = try Self.superblock(member).encoded()
        #expect(written.count == 4096)
        #expect(Array(written.prefix(expected.count)) == expected)
        // All other roles are free; nothing follows them.
        #expect(written[expected.count..<512].allSatisfy { $0 == 0xff })
        #expect(written[512...].allSatisfy { $0 == 0 })
    }

    @Test func isFoundAgainAsMetadata1_0() throws {
        let superblock = try Self.superblock(Self.members[0])
        let offset = superblock.superblockSector * 512
        let found = try #require(MDSuperblock(superblock.encoded(), version: .v1_0, offset: offset))
        #expect(found.array == superblock.array)
        #expect(MDSuperblock(superblock.encoded(), version: .v1_0, offset: offset + 512) == nil)
    }

    @Test func aNewMirrorSaysThatItsDisksMayDiffer() throws {
        var superblock = try Self.superblock(Self.members[0])
        superblock.equalSectors = 0
        let bytes = superblock.encoded()
        #expect(bytes[208..<216].allSatisfy { $0 == 0 })
        #expect(MirrorSuperblock.checksum([]) == 0)
        #expect(MirrorSuperblock.checksum([255, 255, 255, 255, 2, 0, 0, 0]) == 2)
    }

    @Test func theUUIDIsPrintedAsMdadmDoes() throws {
        let uuid = try #require(ArrayUUID(Self.bytes(Self.array)))
        #expect("\(uuid)" == "75c1997a:44a5d9a1:3db0ebdf:b68b31a3")
        #expect(ArrayUUID([1, 2, 3]) == nil)
        #expect(ArrayUUID() != ArrayUUID())
    }
}
