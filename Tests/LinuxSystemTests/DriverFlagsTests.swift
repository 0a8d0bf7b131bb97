import CLinux
import SystemPackage
import Testing

@testable import LinuxSystem

@Suite("The private flags of a network driver")
struct DriverFlagsTests {
    /// A driver as ethtool(8) sees it.
    private struct Driver {
        let names: [String]
        var bits: UInt32 = 0

        func answer(_ command: [UInt8]) throws(SystemCallError) -> [UInt8] {
            var answer = command
            func put(_ bytes: some Sequence<UInt8>, at offset: Int) {
                for (index, byte) in bytes.enumerated() where offset + index < answer.count {
                    answer[offset + index] = byte
                }
            }
            func word(_ value: Int) -> [UInt8] { withUnsafeBytes(of: UInt32(value)) { Array($0) } }
            switch Int32(command[0]) {
            case ETHTOOL_GSSET_INFO where names.isEmpty: put(word(0) + word(0), at: 8)
            case ETHTOOL_GSSET_INFO: put(word(names.count), at: 16)
            case ETHTOOL_GSTRINGS:
                put(word(names.count), at: 8)
                for (index, name) in names.enumerated() { put(name.utf8, at: 12 + index * 32) }
            case ETHTOOL_GPFLAGS: put(word(Int(bits)), at: 4)
            default: throw SystemCallError(call: "ioctl(SIOCETHTOOL)", subject: "eth0", errno: .notSupported)
            }
            return answer
        }
    }

    @Test("are asked for as linux/ethtool.h has it, in the byte order of this machine")
    func commands() {
        #if _endian(little)
            #expect(
                EthtoolCommand.countFlags == [
                    0x37, 0, 0, 0, 0, 0, 0, 0,  // ETHTOOL_GSSET_INFO, reserved
                    0x04, 0, 0, 0, 0, 0, 0, 0,  // 1 << ETH_SS_PRIV_FLAGS
                    0, 0, 0, 0,  // room for the count
                ])
            #expect(
                EthtoolCommand.nameFlags(count: 3).prefix(12) == [
                    0x1b, 0, 0, 0, 0x02, 0, 0, 0, 0x03, 0, 0, 0,  // ETHTOOL_GSTRINGS, ETH_SS_PRIV_FLAGS, 3
                ])
            #expect(EthtoolCommand.getFlags == [0x27, 0, 0, 0, 0, 0, 0, 0])
            #expect(EthtoolCommand.setFlags(0x8000_0001) == [0x28, 0, 0, 0, 1, 0, 0, 0x80])
        #endif
    }

    @Test("have names and bits")
    func read() throws {
        let driver = Driver(names: ["MFP", "", "disable-fw-lldp", String(repeating: "n", count: 32)], bits: 0b1001)
        var flags = try DriverFlags.read(driver.answer)
        #expect(flags.names == driver.names)
        #expect(flags["MFP"] == true && flags["disable-fw-lldp"] == false && flags["other"] == nil)
        flags["disable-fw-lldp"] = true
        flags["MFP"] = false
        flags["other"] = true
        #expect(flags.bits == 0b1100)
    }

    @Test("are none where the driver has none, and 32 where it claims more")
    func counts() throws {
        #expect(try DriverFlags.read(Driver(names: []).answer) == DriverFlags(names: [], bits: 0))
        let many = Driver(names: (0..<600).map { "flag \($0)" }, bits: .max)
        #expect(try DriverFlags.read(many.answer).names == (0..<32).map { "flag \($0)" })
    }

    @Test("cannot be read from an answer that is too short")
    func short() {
        for length in 0..<20 {
            let bytes = [UInt8](repeating: 0xff, count: length)
            #expect(EthtoolCommand.flagCount(in: bytes) <= 32 && EthtoolCommand.names(in: bytes).count <= 32)
        }
    }
}
