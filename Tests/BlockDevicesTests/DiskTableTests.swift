import BlockDevices
import Testing

@Suite struct DiskTableTests {
    @Test(arguments: [
        (UInt64(0), "0 B"), (999, "999 B"), (1000, "1 kB"), (1_500_000, "1.5 MB"), (68_719_476_736, "68.71 GB"),
        (100_000_000_000, "100 GB"), (960_197_124_096, "960 GB"), (1_920_383_410_176, "1.92 TB"),
        (1_050_000_000_000, "1.05 TB"), (.max, "18446744 TB"),
    ])
    func sizesAreDecimal(bytes: UInt64, expected: String) {
        #expect(DiskTable.size(bytes) == expected)
    }

    @Test func aTableHasOneAlignedLineForEachDiskAndDrive() {
        var disk = Disk(name: "sda", sizeBytes: 960_000_000_000)
        disk.vendor = "ATA"
        disk.model = "SAMSUNG MZ7LH960"
        disk.serials = ["S45N"]
        disk.worldwideNames = ["naa.5002538e00000001"]
        disk.transport = .sata
        disk.physicalSectorSize = 4096
        disk.partitions = [Partition(name: "sda1", number: 1, startBytes: 1 << 20, sizeBytes: 1 << 30)]
        disk.holders = [Holder(name: "md0", kind: .md(level: "raid1", container: nil))]
        disk.uses = [DiskUse(device: "md0", kind: .mount(at: "/srv"))]
        var drive = Disk(name: "sr0", sizeBytes: 0)
        drive.kind = .optical
        drive.isRemovable = true
        drive.vendor = "QEMU"
        drive.model = "QEMU DVD-ROM"
        drive.worldwideNames = ["t10.QEMU DVD"]
        #expect(
            DiskTable.text([disk, drive]) == """
                NAME  SIZE    SECTOR    BUS    MODEL             SERIAL  WWN                   STATE
                sda   960 GB  512/4096  sata   SAMSUNG MZ7LH960  S45N    naa.5002538e00000001  1 partition; \
                held by md0 (raid1); md0 is mounted at /srv
                sr0   0 B     512       other  QEMU DVD-ROM      -       -                     optical; removable
                """)
        #expect(DiskTable.text([]) == "no disks")
    }
}
