import BlockDevices
import Testing

@Suite struct HoldersAndUsesTests {
    /// sda1 and sdb1 in md127, whose second partition is a PV of two logical volumes; sda2 alone.
    private func machine() throws -> FakeSysfs {
        let machine = try FakeSysfs()
        let pci = "pci0000:00/0000:00:04.0/virtio1/host2"
        for (index, name) in ["sda", "sdb"].enumerated() {
            try machine.scsiDisk(name, host: pci, address: "2:0:0:\(index)", ["dev": "8:\(index * 16)"])
            try machine.partition(1, name + "1", of: name, start: 2048, size: 409_600, dev: "8:\(index * 16 + 1)")
        }
        try machine.partition(2, "sda2", of: "sda", start: 411_648, size: 8192, dev: "8:2")
        try machine.block(
            "md127", at: "virtual/block",
            ["dev": "9:127", "md/array_state": "clean", "md/level": "raid1", "md/metadata_version": "1.2"])
        try machine.partition(2, "md127p2", of: "md127", start: 2048, size: 4096, dev: "259:2")
        for (index, name) in ["root", "swap"].enumerated() {
            try machine.block(
                "dm-\(index)", at: "virtual/block",
                ["dev": "254:\(index)", "dm/name": "vg0-\(name)", "dm/uuid": "LVM-abc\(index)"])
        }
        try machine.hold("md127", on: ["sda1", "sdb1"])
        try machine.hold("dm-0", on: ["md127p2"])
        try machine.hold("dm-1", on: ["md127p2"])
        return machine
    }

    @Test func readsPartitionsAndWhatStandsOnThem() throws {
        let machine = try machine()
        let disk = try machine.sysfs.disk(named: "sda")
        #expect(disk.partitions.map(\.name) == ["sda1", "sda2"])
        #expect(disk.partitions.map(\.number) == [1, 2])
        #expect(disk.partitions[0].startBytes == 1 << 20)
        #expect(disk.partitions[0].sizeBytes == 200 << 20)
        #expect(
            disk.allHolders.map(\.displayName) == ["md127 (raid1)", "dm-0 (vg0-root, LVM)", "dm-1 (vg0-swap, LVM)"])
        #expect(disk.allHolders.first?.slaves == ["sda1", "sdb1"])
        #expect(disk.uses == [])
    }

    @Test func findsMountsAndSwapOnEverythingThatStandsOnTheDisk() throws {
        let machine = try machine()
        try machine.file(
            "proc/self/mountinfo",
            Array(
                """
                21 1 0:20 / /sys rw - sysfs sysfs rw
                30 1 8:2 / /boot\\040two rw,relatime shared:1 - ext4 /dev/sda2 rw
                31 1 0:40 / /data rw - btrfs /dev/mapper/vg0-root rw
                32 1 8:17 / /elsewhere rw - ext4 /dev/sdb1 rw

                """.utf8))
        try machine.file(
            "proc/swaps",
            Array("Filename\tType\tSize\tUsed\tPriority\n/dev/dm-1 partition 4092 0 -2\n".utf8))
        let uses = try machine.sysfs.disk(named: "sda").uses
        #expect(
            uses.map(\.description) == [
                "sda2 is mounted at /boot two", "dm-0 is mounted at /data", "dm-1 is swap space",
            ])
        #expect(try machine.sysfs.disk(named: "sdb").uses.count == 3)
    }

    @Test func aLoopOfHoldersEnds() throws {
        let machine = try machine()
        try machine.hold("md127", on: ["dm-0"])
        #expect(try machine.sysfs.disk(named: "sda").allHolders.map(\.name) == ["md127", "dm-0", "dm-1"])
    }

    @Test func otherHoldersAreNamedAndNotReleasable() throws {
        let machine = try FakeSysfs()
        try machine.scsiDisk("sda", host: "pci0000:00/0000:00:04.0/virtio1/host2")
        try machine.block("bcache0", at: "virtual/block")
        try machine.hold("bcache0", on: ["sda"])
        let holder = try #require(try machine.sysfs.disk(named: "sda").holders.first)
        #expect(holder.kind == .other && !holder.canBeReleased)
    }
}
