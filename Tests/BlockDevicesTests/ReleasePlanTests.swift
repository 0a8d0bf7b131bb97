import BlockDevices
import Testing

@Suite struct ReleasePlanTests {
    private func mapped(_ name: String, _ holders: [Holder] = []) -> Holder {
        Holder(name: name, kind: .deviceMapper(name: "vg-\(name)", uuid: "LVM-\(name)"), holders: holders)
    }

    private func array(_ name: String, container: String? = nil, _ holders: [Holder] = []) -> Holder {
        Holder(name: name, kind: .md(level: "raid1", container: container), holders: holders)
    }

    private func order(_ disk: Disk) throws -> [String] { try ReleasePlan(for: disk).holders.map(\.name) }

    @Test func nothingOnTheDiskIsNothingToStop() throws {
        #expect(try order(Disk(name: "sda", sizeBytes: 1000)) == [])
    }

    @Test func stopsFromTheTopDownAndEachOnce() throws {
        let top = mapped("dm-2")
        let left = mapped("dm-0", [top])
        let right = mapped("dm-1", [top])
        var disk = Disk(name: "sda", sizeBytes: 1000)
        disk.partitions = [
            Partition(name: "sda1", number: 1, startBytes: 0, sizeBytes: 1, holders: [array("md0", [left, right])]),
            Partition(name: "sda2", number: 2, startBytes: 0, sizeBytes: 1, holders: [array("md1"), top]),
        ]
        disk.holders = [mapped("dm-9", [array("md5")])]
        let order = try order(disk)
        #expect(order.count == 7)
        for (above, below) in [("dm-2", "dm-0"), ("dm-2", "dm-1"), ("dm-0", "md0"), ("dm-1", "md0"), ("md5", "dm-9")] {
            #expect(try #require(order.firstIndex(of: above)) < #require(order.firstIndex(of: below)))
        }
    }

    @Test func holdersOfAnArraysPartitionsStopBeforeTheArray() throws {
        var array = array("md0")
        array.partitions = [
            Partition(name: "md0p1", number: 1, startBytes: 0, sizeBytes: 1, holders: [mapped("dm-0")])
        ]
        var disk = Disk(name: "sda", sizeBytes: 1000)
        disk.holders = [array]
        #expect(try order(disk) == ["dm-0", "md0"])
    }

    @Test func volumesStopBeforeTheirContainer() throws {
        var disk = Disk(name: "sda", sizeBytes: 1000)
        disk.holders = [array("md127"), array("md126", container: "md127", [mapped("dm-0")])]
        #expect(try order(disk) == ["dm-0", "md126", "md127"])
    }

    @Test func aDiskInUseIsRefusedWithEveryUse() {
        var disk = Disk(name: "sda", sizeBytes: 1000)
        disk.uses = [DiskUse(device: "md0", kind: .mount(at: "/srv")), DiskUse(device: "sda2", kind: .swap)]
        disk.holders = [array("md0")]
        let error = #expect(throws: DiskReleaseError.self) { try ReleasePlan(for: disk) }
        #expect(
            error?.description
                == "/dev/sda cannot be released: md0 is mounted at /srv; sda2 is swap space")
    }

    @Test func aHolderOfAnotherKindIsRefused() {
        var disk = Disk(name: "sda", sizeBytes: 1000)
        disk.holders = [array("md0", [Holder(name: "drbd0", kind: .other)])]
        let error = #expect(throws: DiskReleaseError.self) { try ReleasePlan(for: disk) }
        #expect(error?.reasons == ["drbd0 on it is neither md nor device-mapper"])
    }
}
