import LinuxSystem
import Synchronization
import Testing

@testable import DiskErase

@Suite struct ATAEraseTests {
    @Test(arguments: [true, false])
    func anEraseLeavesNoPassword(isEnhanced: Bool) throws {
        let disk = SimulatedATADisk()
        try eraser(disk).erase(isEnhanced: isEnhanced, name: "erase")
        #expect(disk.commands == [0xec, 0xf1, 0xf3, 0xf4, 0xec])
        #expect(!disk.isEnabled && disk.isErased)
    }

    @Test func aFailedEraseHasItsPasswordRemoved() {
        let disk = SimulatedATADisk(failing: [0xf4])
        #expect(throws: EraseError.self) { try eraser(disk).erase(isEnhanced: true, name: "erase") }
        #expect(!disk.isEnabled && !disk.isErased)
    }

    @Test func aPasswordThatStaysIsSaid() {
        let disk = SimulatedATADisk(failing: [0xf4, 0xf6])
        #expect(throws: EraseError.passwordRemains(disk: "/dev/sda")) {
            try eraser(disk).erase(isEnhanced: true, name: "erase")
        }
    }

    @Test func aFrozenDiskIsNotGivenAPassword() {
        let disk = SimulatedATADisk()
        disk.flags = 0x08
        let error = #expect(throws: EraseError.self) { try eraser(disk).erase(isEnhanced: true, name: "erase") }
        #expect(error?.description.contains("frozen") == true)
        #expect(disk.commands == [0xec])
    }

    @Test func aDiskThatLostItsPowerDuringAnEraseIsUnlocked() throws {
        let disk = SimulatedATADisk()
        disk.password = "martlet"
        disk.isLocked = true
        let note = try eraser(disk).resume()
        #expect(note?.contains("its password is removed") == true)
        #expect(!disk.isEnabled && !disk.isLocked)
        #expect(try eraser(disk).resume() == nil)
    }

    @Test func aDiskThatOnlyTheRunWasInterruptedOnLosesItsPassword() throws {
        let disk = SimulatedATADisk()
        disk.password = "martlet"
        #expect(try eraser(disk).resume() != nil)
        #expect(!disk.isEnabled)
    }

    @Test func aDiskLockedBySomebodyElseIsAskedOnceAndStaysLocked() {
        let disk = SimulatedATADisk()
        disk.password = "another"
        disk.isLocked = true
        #expect(throws: EraseError.self) { try eraser(disk).resume() }
        #expect(disk.commands.filter { $0 == 0xf2 }.count == 1)
    }

    @Test(arguments: [(UInt8(0x08), "frozen"), (0x10, "too many")] as [(UInt8, String)])
    func aLockedDiskThatTakesNoPasswordNeedsItsPowerCycled(flag: UInt8, word: String) {
        let disk = SimulatedATADisk()
        disk.password = "martlet"
        disk.isLocked = true
        disk.flags = flag
        let error = #expect(throws: EraseError.self) { try eraser(disk).resume() }
        #expect(error?.description.contains(word) == true && error?.description.contains("off and on") == true)
        #expect(disk.commands == [0xec])
    }

    @Test func anotherPasswordOnAnUnlockedDiskIsLeftToItsOwner() throws {
        let disk = SimulatedATADisk()
        disk.password = "another"
        #expect(try eraser(disk).resume() == nil)
        #expect(disk.isEnabled)
    }

    @Test(arguments: [(Int?.none, 86400), (2, 840), (508, 61560)] as [(Int?, Int)])
    func theLimitIsTwiceTheDisksOwnEstimate(minutes: Int?, seconds: Int) {
        #expect(ATAErase.limit(minutes: minutes) == .seconds(seconds))
    }

    private func eraser(_ disk: SimulatedATADisk) -> ATAErase {
        ATAErase(disk: "/dev/sda", progress: { _, _ in }) { disk.perform($0) }
    }
}

/// An ATA disk's security feature set as ACS-4 4.18 has it.
private final class SimulatedATADisk: Sendable {
    private struct State {
        var commands: [UInt8] = []
        var password: String?
        var isLocked = false
        var isErased = false
        var flags: UInt8 = 0
    }

    private let state = Mutex(State())
    private let failing: Set<UInt8>

    init(failing: Set<UInt8> = []) {
        self.failing = failing
    }

    var commands: [UInt8] { state.withLock { $0.commands } }
    var isErased: Bool { state.withLock { $0.isErased } }
    var isEnabled: Bool { password != nil }
    var password: String? {
        get { state.withLock { $0.password } }
        set { state.withLock { $0.password = newValue } }
    }
    var isLocked: Bool {
        get { state.withLock { $0.isLocked } }
        set { state.withLock { $0.isLocked = newValue } }
    }
    /// Frozen (0x08) and expired (0x10) of word 128.
    var flags: UInt8 {
        get { state.withLock { $0.flags } }
        set { state.withLock { $0.flags = newValue } }
    }

    func perform(_ command: SCSICommand) -> SCSIReply {
        state.withLock { state in
            let code = command.bytes[14]
            state.commands.append(code)
            // ABORTED COMMAND, as libata translates an ATA error.
            let aborted = SCSIReply(
                status: 2, sense: [0x72, 0x0b, 0, 0, 0, 0, 0, 0])
            if failing.contains(code) { return aborted }
            var given = ""
            if case .send(let block) = command.transfer {
                given = String(decoding: block[2..<34].prefix { $0 != 0 }, as: UTF8.self)
            }
            let isPrepared = state.commands.dropLast().last == 0xf3
            switch code {
            case 0xec:
                let word =
                    0x21 | (state.password != nil ? 2 : 0) | (state.isLocked ? 4 : 0) | UInt16(state.flags)
                return SCSIReply(data: identifyData([82: 2, 89: 1, 90: 1, 128: word]))
            case 0xf1 where !state.isLocked: state.password = given
            case 0xf2 where given == state.password: state.isLocked = false
            case 0xf3: break
            case 0xf4 where isPrepared && given == state.password:
                (state.password, state.isLocked, state.isErased) = (nil, false, true)
            case 0xf6 where !state.isLocked && given == state.password: state.password = nil
            default: return aborted
            }
            return SCSIReply()
        }
    }
}
