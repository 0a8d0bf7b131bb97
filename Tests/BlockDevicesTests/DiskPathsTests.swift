import BlockDevices
import Testing

@Suite struct DiskPathsTests {
    private func disk(_ name: String, _ serial: String, _ wwn: String = "naa.600508b1001c0001") -> Disk {
        var disk = Disk(name: name, sizeBytes: 1_000_000_000)
        disk.serials = serial.isEmpty ? [] : [serial]
        disk.worldwideNames = [wwn]
        disk.transport = .sas
        return disk
    }

    @Test func pathsToOneUnitAreSaidInTheTable() {
        let table = DiskTable.text([disk("sda", "LUN1"), disk("sdb", "LUN1"), disk("sdc", "X", "naa.6")])
        let lines = table.split(separator: "\n")
        #expect(lines[1].hasSuffix("another path to sdb"))
        #expect(lines[2].hasSuffix("another path to sda"))
        #expect(lines[3].hasSuffix("naa.6                 -"))
    }

    @Test func pathsToOneUnitAreSaidInTheError() throws {
        let disks = [disk("sda", "LUN1"), disk("sdb", "LUN1"), disk("sdc", "X", "naa.6")]
        let error = try #require(
            #expect(throws: DiskChoiceError.self) { try DiskChoice.choose(from: disks, hints: DiskHints()) })
        #expect(error.candidates == ["sda", "sdc"])
        #expect(error.description.contains("fits, but is another path to sda"))
    }

    @Test func serialNumbersThatDifferMakeASharedNameWorthless() throws {
        let clones = [disk("sda", "S1"), disk("sdb", "S2")]
        #expect(DiskPaths(clones).others(of: clones[0]) == [])
        #expect(throws: DiskChoiceError.self) {
            try DiskChoice.choose(from: clones, hints: DiskHints(worldwideName: "600508b1001c0001"))
        }
        #expect(try DiskChoice.choose(from: clones, hints: DiskHints(serial: "S2")).name == "sdb")
    }

    @Test func whatIsOnTheDisksFollowsTheTable() {
        var disk = disk("sda", "S1")
        disk.partitions = [
            Partition(name: "sda1", number: 1, startBytes: 0, sizeBytes: 512_000_000),
            Partition(
                name: "sda2", number: 2, startBytes: 0, sizeBytes: 1000,
                holders: [Holder(name: "md0", kind: .md(level: "raid1", container: nil))]),
        ]
        var contents = DiskContents()
        contents.signatures = [
            "sda": [Signature(type: "gpt", isPartitionTable: true)],
            "sda1": [Signature(type: "vfat", label: "EFI\u{1b}[2J")],
        ]
        contents.gap = "probe on /dev/sda2 has not returned after 10 s"
        disk.contents = contents
        #expect(
            DiskTable.contents([disk]) == """
                sda: gpt, probe on /dev/sda2 has not returned after 10 s
                sda1: 512 MB, vfat "EFI?[2J"
                sda2: 1 kB, held by md0 (raid1)
                """)
        #expect(DiskTable.report([disk]).hasSuffix("\n\n" + DiskTable.contents([disk])))
    }
}
