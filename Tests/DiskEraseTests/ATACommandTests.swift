import Testing

@testable import DiskErase

@Suite struct ATACommandTests {
    @Test(arguments: [
        (ATACommand.identify, "85 08 0e 00 00 00 01 00 00 00 00 00 00 00 ec 00"),
        (ATACommand.setPassword, "85 0a 06 00 00 00 01 00 00 00 00 00 00 00 f1 00"),
        (ATACommand.unlock, "85 0a 06 00 00 00 01 00 00 00 00 00 00 00 f2 00"),
        (ATACommand.prepareErase, "85 06 00 00 00 00 00 00 00 00 00 00 00 00 f3 00"),
        (ATACommand.erase(isEnhanced: true, timeout: .seconds(1)), "85 0a 06 00 00 00 01 00 00 00 00 00 00 00 f4 00"),
        (ATACommand.disablePassword, "85 0a 06 00 00 00 01 00 00 00 00 00 00 00 f6 00"),
    ])
    func aCommandIsAnATAPassThrough(command: SCSICommand, bytes: String) {
        #expect(command.bytes.map(hex).joined(separator: " ") == bytes)
    }

    @Test(
        arguments: [
            (ATACommand.setPassword, UInt8(0)), (ATACommand.erase(isEnhanced: false, timeout: .seconds(1)), 0),
            (ATACommand.erase(isEnhanced: true, timeout: .seconds(1)), 2),
        ] as [(SCSICommand, UInt8)])
    func thePasswordIsTheUsersAndPaddedWithZeros(command: SCSICommand, flags: UInt8) {
        let expected = [flags, 0] + Array("martlet".utf8) + [UInt8](repeating: 0, count: 503)
        #expect(command.transfer == .send(expected))
        #expect(expected.count == 512)
    }

    /// Word 82, word 128, and what they mean in the order of the state's fields.
    @Test(
        arguments: [
            (UInt16(0), UInt16(0), [false, false, false, false, false, false]),
            (0x0002, 0x0021, [true, false, false, false, false, true]),
            (0x746b, 0x0029, [true, false, false, true, false, true]),
            (0x746b, 0x0007, [true, true, true, false, false, false]),
            (0x746b, 0x0117, [true, true, true, false, true, false]),
        ] as [(UInt16, UInt16, [Bool])])
    func word128IsTheStateOfTheSecurityFeatureSet(supported: UInt16, word: UInt16, flags: [Bool]) throws {
        let state = try ATASecurityState(identifyData([82: supported, 128: word]))
        #expect(
            [
                state.isSupported, state.isEnabled, state.isLocked, state.isFrozen, state.isExpired,
                state.canEraseEnhanced,
            ] == flags)
    }

    @Test(
        arguments: [
            (UInt16(0), Int?.none), (1, 2), (0x00fe, 508), (0x00ff, nil), (0x8001, 2), (0x8100, 512), (0xffff, nil),
        ] as [(UInt16, Int?)])
    func anEraseTakesTwoMinutesAUnit(word: UInt16, minutes: Int?) throws {
        let state = try ATASecurityState(identifyData([89: word, 90: 3]))
        #expect(state.eraseMinutes == minutes)
        #expect(state.enhancedEraseMinutes == 6)
    }

    @Test func aShortIdentifyIsAnError() {
        #expect(throws: (any Error).self) { try ATASecurityState([UInt8](repeating: 0, count: 256)) }
    }
}

func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

/// The answer to IDENTIFY DEVICE with these words.
func identifyData(_ words: [Int: UInt16]) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 512)
    for (index, word) in words {
        bytes[index * 2] = UInt8(truncatingIfNeeded: word)
        bytes[index * 2 + 1] = UInt8(truncatingIfNeeded: word >> 8)
    }
    return bytes
}
