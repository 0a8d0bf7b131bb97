import Testing

@testable import DiskErase

@Suite struct DriveAnswersTests {
    /// What a drive answers is as long as it likes and says what it likes.
    @Test func noAnswerOfADriveTraps() {
        var generator = Numbers(state: 1)
        for _ in 0..<20_000 {
            // Mostly short, sometimes a whole page.
            let length = Int.random(in: 0...(Bool.random(using: &generator) ? 40 : 600), using: &generator)
            var bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            if let kind = [UInt8(0x70), 0x72, 0xf1, 0x73].randomElement(using: &generator), !bytes.isEmpty {
                bytes[0] = kind
            }
            _ = try? NVMeController(bytes)
            _ = try? NVMeNamespace(bytes)
            _ = NVMeNamespace.list(bytes)
            if let percent = try? NVMeSanitizeStatus(bytes).percent { #expect(0..<100 ~= percent) }
            if let percent = SenseData(bytes)?.percent { #expect(0..<100 ~= percent) }
            _ = try? NamespaceManagement(bytes)
            _ = NamespaceManagement.supports(0x0d, bytes)
            _ = try? NamespaceManagement.controllers(bytes)
            _ = try? AllocatedNamespace(1, bytes, controllers: bytes).sizeBytes
            _ = SCSISanitize.isSupported(bytes)
            if let state = try? ATASecurityState(bytes) {
                for minutes in [state.eraseMinutes, state.enhancedEraseMinutes] {
                    #expect(ATAErase.limit(minutes: minutes) <= .seconds(3 * 65536 * 60))
                }
            }
        }
    }

    /// A linear congruential generator (Knuth's MMIX), so that a failure is the same in the next run.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state
        }
    }
}
