@testable import LinuxSystem
import Testing

@testable import LLDP

@Suite("The LLDP agent in a NIC's firmware")
struct FirmwareAgentTests {
    @Test(
        "is switched off by the flag that its driver has, and the other flags stay",
        arguments: [
            (["MFP", "disable-fw-lldp", "vf-true-promisc-support"], 0b101, 0b111),
            (["MFP", "disable-fw-lldp"], 0b11, nil), (["link-down-on-close", "fw-lldp-agent"], 0b11, 0b01),
            (["link-down-on-close", "fw-lldp-agent"], 0b01, nil), (["rx-striding"], 1, nil), ([], 0, nil),
        ] as [([String], UInt32, UInt32?)])
    func switchedOff(names: [String], bits: UInt32, expected: UInt32?) {
        let flags = DriverFlags(names: names, bits: bits)
        #expect(FirmwareAgent.switchedOff(flags)?.bits == expected)
    }
}
