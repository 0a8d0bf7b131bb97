import Testing

@testable import PartitionTable

@Suite struct GUIDTests {
    @Test func mixedEndianBytesOfTheEFISystemPartition() {
        let bytes: [UInt8] = [
            0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11, 0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b,
        ]
        #expect(GUID(diskBytes: bytes) == PartitionType.efiSystem.guid)
        #expect(PartitionType.efiSystem.guid.diskBytes == bytes)
        #expect(GUID(diskBytes: bytes)?.description == "c12a7328-f81f-11d2-ba4b-00a0c93ec93b")
    }

    @Test func readsEitherCase() {
        #expect(GUID("C12A7328-F81F-11D2-BA4B-00A0C93EC93B") == PartitionType.efiSystem.guid)
    }

    @Test(arguments: [
        "", "c12a7328", "c12a7328-f81f-11d2-ba4b-00a0c93ec93", "c12a7328-f81f-11d2-ba4b-00a0c93ec93bb",
        "c12a7328f81f-11d2-ba4b-00a0c93ec93b-", "g12a7328-f81f-11d2-ba4b-00a0c93ec93b",
        "{12a7328-f81f-11d2-ba4b-00a0c93ec93}", "c12a7328-f81f-11d2-ba4b-00a0c93ec9é",
    ])
    func refusesWhatIsNoGUID(text: String) {
        #expect(GUID(text) == nil)
    }

    @Test func refusesOtherLengths() {
        #expect(GUID(diskBytes: [UInt8](repeating: 1, count: 15)) == nil)
        #expect(GUID(diskBytes: [UInt8](repeating: 1, count: 17)) == nil)
    }

    @Test(arguments: PartitionType.allCases)
    func everyKnownTypeHasAGUIDAndIsFoundByIt(type: PartitionType) {
        #expect(type.guid != .zero)
        #expect(PartitionType(guid: type.guid) == type)
    }

    @Test func knownChecksum() {
        #expect(CRC32.checksum("123456789".utf8) == 0xcbf4_3926)
        #expect(CRC32.checksum([]) == 0)
    }
}
