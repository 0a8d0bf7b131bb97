import Testing

@testable import BlockDevices

@Suite struct MDSuperblockTests {
    /// Sectors of the member, version, and the sector that `mdadm --examine` gives as Super Offset.
    static let places: [(sectors: UInt64, version: MDSuperblock.Version, sector: UInt64)] = [
        // 100 MiB.
        (204_800, .v0_90, 204_672),
        (204_800, .v1_0, 204_784),
        (204_800, .v1_1, 0),
        (204_800, .v1_2, 8),
        // 1 TB as sold, not a multiple of 64 KiB.
        (1_953_525_168, .v0_90, 1_953_524_992),
        (1_953_525_168, .v1_0, 1_953_525_152),
        // Either side of a boundary of 4 KiB.
        (204_801, .v1_0, 204_784),
        (204_807, .v1_0, 204_784),
        (204_808, .v1_0, 204_792),
    ]

    @Test(arguments: places)
    func liesWhereTheVersionPutsIt(sectors: UInt64, version: MDSuperblock.Version, sector: UInt64) {
        #expect(version.offset(memberBytes: sectors * 512) == sector * 512)
        // A byte count that is no whole number of sectors changes nothing.
        #expect(version.offset(memberBytes: sectors * 512 + 511) == sector * 512)
    }

    @Test(arguments: MDSuperblock.Version.allCases)
    func neverReachesBeyondASmallMember(version: MDSuperblock.Version) {
        for size in stride(from: UInt64(0), through: 300 << 10, by: 512) {
            guard let offset = version.offset(memberBytes: size) else { continue }
            #expect(offset + MDSuperblock.bytes <= size)
        }
        #expect(version.offset(memberBytes: 1024) == nil)
    }

    private func block(magic: [UInt8], major: UInt8, superOffset: UInt64 = 0) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 4096)
        bytes.replaceSubrange(0..<4, with: magic)
        bytes[4] = major
        bytes.replaceSubrange(144..<152, with: (0..<8).map { UInt8(truncatingIfNeeded: superOffset >> ($0 * 8)) })
        return bytes
    }

    @Test func isRecognisedByMagicVersionAndPlace() {
        let magic: [UInt8] = [0xfc, 0x4e, 0x2b, 0xa9]
        #expect(MDSuperblock(block(magic: magic, major: 1, superOffset: 8), version: .v1_2, offset: 4096) != nil)
        #expect(MDSuperblock(block(magic: magic, major: 1, superOffset: 0), version: .v1_2, offset: 4096) == nil)
        #expect(MDSuperblock(block(magic: magic, major: 0, superOffset: 8), version: .v1_2, offset: 4096) == nil)
        #expect(MDSuperblock(block(magic: [1, 2, 3, 4], major: 1), version: .v1_1, offset: 0) == nil)
        #expect(MDSuperblock(block(magic: magic, major: 0), version: .v0_90, offset: 65536) != nil)
        #expect(MDSuperblock(block(magic: magic.reversed(), major: 0), version: .v0_90, offset: 65536) != nil)
        #expect(MDSuperblock([0xfc, 0x4e], version: .v0_90, offset: 0) == nil)
    }
}
