import CLinux
import SystemPackage
import Testing

@testable import LinuxSystem

@Suite("The module in a card's cage") struct TransceiverTests {
    /// An SFP's two pages, with powers in tenths of a microwatt.
    private func sfp(received: UInt16, sent: UInt16, diagnostics: UInt8 = 0x68, status: UInt8 = 0) -> [UInt8] {
        var memory = [UInt8](repeating: 0, count: 512)
        memory[0] = 3
        memory[92] = diagnostics
        put(sent, at: 256 + 102, in: &memory)
        put(received, at: 256 + 104, in: &memory)
        memory[256 + 110] = status
        return memory
    }

    private func qsfp(received: [UInt16], sent: [UInt16], lost: UInt8 = 0) -> [UInt8] {
        var memory = [UInt8](repeating: 0, count: 256)
        memory[0] = 17
        memory[3] = lost
        for (lane, power) in received.enumerated() { put(power, at: 34 + 2 * lane, in: &memory) }
        for (lane, power) in sent.enumerated() { put(power, at: 50 + 2 * lane, in: &memory) }
        return memory
    }

    private func put(_ value: UInt16, at offset: Int, in memory: inout [UInt8]) {
        memory[offset] = UInt8(value >> 8)
        memory[offset + 1] = UInt8(value & 0xFF)
    }

    private func module(_ layout: Int32, _ memory: [UInt8]) -> Transceiver? {
        Transceiver(layout: UInt32(layout), memory: memory)
    }

    @Test("an SFP that sends and receives nothing is half a pair") func halfOpen() {
        let module = module(ETH_MODULE_SFF_8472, sfp(received: 0, sent: 5000))
        #expect(module?.receives == false && module?.sends == true)
        #expect(module?.explanation?.contains("sends light and receives none") == true)
    }

    @Test("a receiver that has lost its signal receives nothing, whatever it measures") func lostSignal() {
        #expect(module(ETH_MODULE_SFF_8472, sfp(received: 40, sent: 5000, status: 2))?.receives == false)
        let dark = module(ETH_MODULE_SFF_8636, qsfp(received: [9000, 9000, 9000, 9000], sent: [], lost: 4))
        #expect(dark?.receives == false && dark?.sends == nil)
    }

    @Test("one dark lane of four is a dark module") func darkLane() {
        let lit: [UInt16] = [9000, 9000, 9000, 9000]
        let module = module(ETH_MODULE_SFF_8436, qsfp(received: [9000, 3, 9000, 9000], sent: lit))
        #expect(module?.receives == false && module?.sends == true)
        #expect(self.module(ETH_MODULE_SFF_8636, qsfp(received: lit, sent: lit))?.receives == true)
    }

    @Test("copper says nothing of light") func copper() {
        let modules = [
            module(ETH_MODULE_SFF_8472, sfp(received: 0, sent: 0, diagnostics: 0)),
            module(ETH_MODULE_SFF_8079, [UInt8](repeating: 0, count: 256)),
            module(ETH_MODULE_SFF_8636, qsfp(received: [], sent: [])),
        ]
        for module in modules {
            #expect(module?.receives == nil && module?.explanation == nil)
        }
    }

    @Test("a memory cut short, or of a kind that is not known, is no module's word") func shortMemory() {
        for length in 0..<512 {
            let memory = Array(sfp(received: 1000, sent: 5000).prefix(length))
            if let receives = module(ETH_MODULE_SFF_8472, memory)?.receives { #expect(receives || length >= 256 + 111) }
            _ = module(ETH_MODULE_SFF_8636, memory)
        }
        #expect(module(77, [UInt8](repeating: 0, count: 512)) == nil)
    }

    @Test("the driver is asked for the kind of memory, then for no more of it than is read") func asks() throws {
        var asked: [[UInt8]] = []
        let module = try Transceiver.read { command throws(SystemCallError) in
            asked.append(command)
            if asked.count == 1 {
                let layout = withUnsafeBytes(of: UInt32(ETH_MODULE_SFF_8472)) { Array($0) }
                let length = withUnsafeBytes(of: UInt32(70000)) { Array($0) }
                return Array(command.prefix(4)) + layout + length + Array(command.dropFirst(12))
            }
            return Array(command.prefix(16)) + sfp(received: 0, sent: 5000)
        }
        #expect(asked.map(\.count) == [44, 16 + 512])
        #expect(module?.receives == false)
    }
}
