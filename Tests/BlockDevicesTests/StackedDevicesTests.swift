import LinuxSystem
import Testing

@testable import BlockDevices

@Suite struct StackedDevicesTests {
    @Test(arguments: [
        ("clean", "idle", ""), ("read-auto", "idle", ""), ("inactive", "idle", ""),
        ("active", "idle", "it was active: md marked it clean on all its members once"),
        ("clean", "resync", "it was in resync: md noted how far on all its members once"),
    ])
    func anArrayIsClearedAndAWriteThatThisCostsIsSaid(state: String, action: String, note: String) throws {
        let machine = try FakeSysfs()
        try machine.block(
            "md0", at: "virtual/block", ["md/array_state": state, "md/sync_action": action, "md/level": "raid1"])
        let holder = Holder(name: "md0", kind: .md(level: "raid1", container: nil))
        #expect(try StackedDevices(sysfs: machine.sysfs).stop(holder, disk: "/dev/sda") == note)
        #expect(Files.attribute(machine.root + "/sys/class/block/md0/md/array_state") == "clear")
    }
}
