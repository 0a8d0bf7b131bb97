import Testing

@testable import BlockDevices

@Suite struct BlockCensusTests {
    /// A machine with these whole devices, and with partitions of them.
    private func machine(_ names: [String], _ partitions: [(name: String, disk: String)] = []) throws -> FakeSysfs {
        let machine = try FakeSysfs()
        for name in names { try machine.block(name, at: "pci0000:00/0000:00:04.0/virtio1/block") }
        for (index, partition) in partitions.enumerated() {
            try machine.partition(
                index + 1, partition.name, of: partition.disk, start: 2048, size: 8, dev: "259:\(index)")
        }
        return machine
    }

    private func census(_ machine: FakeSysfs, _ names: [String]) throws -> BlockCensus {
        try #require(BlockCensus(sysRoot: machine.sysfs.sysRoot, wholeDevices: names))
    }

    @Test func partitionsAreThoseOfTheirOwnDisk() throws {
        let names = ["sda", "sdaa", "nvme0n1", "nvme0n11", "loop1", "mmcblk0", "mmcblk0boot0"]
        let machine = try machine(
            names,
            [
                ("sda1", "sda"), ("sda12", "sda"), ("sdaa1", "sdaa"), ("nvme0n1p1", "nvme0n1"),
                ("nvme0n11p3", "nvme0n11"),
                ("loop1p1", "loop1"), ("mmcblk0p2", "mmcblk0"),
            ])
        let census = try census(machine, names)
        let expected: [String: [String]] = [
            "sda": ["sda1", "sda12"], "sdaa": ["sdaa1"], "nvme0n1": ["nvme0n1p1"], "nvme0n11": ["nvme0n11p3"],
            "loop1": ["loop1p1"], "mmcblk0": ["mmcblk0p2"], "mmcblk0boot0": [], "sdb": [],
        ]
        for (disk, partitions) in expected { #expect(census.partitions(of: disk).sorted() == partitions, "\(disk)") }
    }

    @Test(arguments: [
        (["sda", "sr0", "vda", "nvme0n1", "nvme0c0n1", "mmcblk0boot0", "loop0", "ram0", "zram0"], false),
        (["sda", "md127"], true), (["sda", "dm-0"], true), (["sda", "bcache0"], true), (["sda", "drbd1"], true),
        (["sda", "unheardof0"], true),
    ])
    func holdersAreLookedForWhereThereCanBeAny(names: [String], hasStackedDevices: Bool) throws {
        #expect(try census(machine(names), names).hasStackedDevices == hasStackedDevices)
    }

    @Test func aDiskBelowAnArrayIsHeldInTheListOfAllDisks() throws {
        let machine = try machine(["sda", "sdb", "md127"], [("sda1", "sda")])
        try machine.attributes("devices/pci0000:00/0000:00:04.0/virtio1/block/md127", ["md/array_state": "clean"])
        try machine.hold("md127", on: ["sdb", "sda1"])
        let disks = try machine.sysfs.disks()
        #expect(disks.map(\.name) == ["sda", "sdb"])
        #expect(disks.flatMap(\.holders).map(\.name) == ["md127"])
    }
}
