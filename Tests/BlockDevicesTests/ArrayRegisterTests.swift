import LinuxSystem
import Testing

@testable import BlockDevices

@Suite struct ArrayRegisterTests {
    @Test func onlyArraysThatWereNotedAreStopped() throws {
        let machine = try FakeSysfs()
        for name in ["md126", "md127"] {
            try machine.block(name, at: "virtual/block")
            try machine.attributes("devices/virtual/block/\(name)", ["md/array_state": "active"])
        }
        let register = ArrayRegister(directory: machine.sysfs.sysRoot + "/run/arrays")
        #expect(register.stopAll(sysfs: machine.sysfs).isEmpty)
        try register.note("md127")
        // Noted, but gone before it was started.
        try register.note("md125")
        #expect(register.stopAll(sysfs: machine.sysfs) == ["md125", "md127"])
        let state = { (name: String) in Files.attribute("\(machine.sysfs.sysRoot)/class/block/\(name)/md/array_state") }
        #expect(state("md127") == "clear")
        #expect(state("md126") == "active")
        #expect(register.stopAll(sysfs: machine.sysfs).isEmpty)
    }

    @Test func partitionsWithoutSuperblocksNeedNeitherDriverNorArray() throws {
        let file = try TemporaryFile(bytes: 1 << 20)
        let machine = try FakeSysfs()
        let register = ArrayRegister(directory: machine.sysfs.sysRoot + "/run/arrays")
        let arrays = try InstalledArrays(on: [file.path], register: register, sysfs: machine.sysfs) {
            Issue.record("loaded \($0)")
        }
        #expect(arrays.active.isEmpty && arrays.members.isEmpty && arrays.warnings.isEmpty)
        try arrays.stop()
    }
}
