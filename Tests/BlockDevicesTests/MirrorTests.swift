import BlockDevices
import Testing

@Suite struct MirrorTests {
    private static func disk(
        _ name: String, _ bytes: UInt64 = 1_000_204_886_016, serial: String? = nil, sector: Int = 512,
        _ change: (inout Disk) -> Void = { _ in }
    ) -> Disk {
        var disk = Disk(name: name, sizeBytes: bytes)
        disk.serials = [serial ?? "serial-\(name)"]
        disk.logicalSectorSize = sector
        disk.physicalSectorSize = 4096
        disk.transport = .sata
        change(&disk)
        return disk
    }

    @Test(
        arguments: [
            // 64 MiB and 65 MiB: the smaller one decides, whichever it is.
            (64 << 20, 65 << 20, 63 << 20), (65 << 20, 64 << 20, 63 << 20),
            // 1 TB as sold: 953 869.71 MiB, of which superblock and reserve leave less than the last whole one.
            (1_000_204_886_016, 1_000_204_886_016, 953_869 << 20),
            // Exactly on either side of a whole number of MiB: 8 KiB behind the superblock, 128 KiB in front of it.
            (UInt64(2 << 20) + (136 << 10), 4 << 20, 2 << 20), (UInt64(2 << 20) + (136 << 10) - 4096, 4 << 20, 1 << 20),
        ] as [(UInt64, UInt64, UInt64)])
    func theArrayIsAsLargeAsTheSmallerDiskAllows(first: UInt64, second: UInt64, size: UInt64) throws {
        let mirror = try Mirror(Self.disk("sda", first), Self.disk("sdb", second))
        #expect(mirror.sizeBytes == size)
        #expect(mirror.disk.sizeBytes == size)
        #expect(mirror.members.map(\.name) == ["sda", "sdb"])
    }

    @Test func everyPairOfSizesLeavesRoomForTheSuperblock() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let sizes = (0..<2).map { _ in UInt64.random(in: 4096...(1 << 34), using: &generator) * 512 }
            let mirror = try Mirror(Self.disk("sda", sizes[0]), Self.disk("sdb", sizes[1]))
            for size in sizes {
                let superblock = try #require(MDSuperblock.Version.v1_0.offset(memberBytes: size))
                #expect(mirror.sizeBytes + (128 << 10) <= superblock)
            }
            let room = try #require(MDSuperblock.Version.v1_0.offset(memberBytes: sizes.min() ?? 0))
            #expect(room - mirror.sizeBytes < (128 << 10) + (1 << 20))
            #expect(mirror.sizeBytes % (1 << 20) == 0 && mirror.sizeBytes > 0)
        }
    }

    @Test func theArrayHasTheSectorsOfItsDisks() throws {
        let mirror = try Mirror(Self.disk("sda", sector: 4096), Self.disk("sdb", sector: 4096))
        #expect(mirror.disk.logicalSectorSize == 4096)
        #expect(mirror.disk.devicePath == "the mirror of /dev/sda and /dev/sdb")
    }

    @Test func disksThatCannotBeMembersOfOneArrayAreRefused() {
        #expect(throws: MirrorError.sectorSizes(Self.disk("sda"), Self.disk("sdb", sector: 4096))) {
            try Mirror(Self.disk("sda"), Self.disk("sdb", sector: 4096))
        }
        #expect(throws: MirrorError.oneDisk(Self.disk("sda"), Self.disk("sda"))) {
            try Mirror(Self.disk("sda"), Self.disk("sda"))
        }
        for bytes: UInt64 in [0, 512, 12 << 10, 1 << 20] {
            #expect(throws: MirrorError.tooSmall(Self.disk("sdb", bytes))) {
                try Mirror(Self.disk("sda"), Self.disk("sdb", bytes))
            }
        }
        let paths = ["sda", "sdb"].map { name in
            Self.disk(name, serial: "LUN") { $0.worldwideNames = ["naa.600508b1001c0001"] }
        }
        #expect(throws: MirrorError.oneDisk(paths[0], paths[1])) { try Mirror(paths[0], paths[1]) }
    }

    @Test func aMuchLargerDiskIsWorthAWord() throws {
        let usual = try Mirror(Self.disk("sda", 100_000_000_000), Self.disk("sdb", 110_000_000_000))
        #expect(usual.warning == nil)
        let odd = try Mirror(Self.disk("sda", 200_000_000_000), Self.disk("sdb", 100_000_000_000))
        #expect(
            odd.warning == "/dev/sda has 200 GB and /dev/sdb only 100 GB: the mirror is as large as the smaller one")
    }

    @Test func bothDisksAreChosenByTheirOwnNames() throws {
        let disks = [Self.disk("sda"), Self.disk("sdb"), Self.disk("sdc")]
        let mirror = try DiskChoice.chooseMirror(
            from: disks, first: DiskHints(serial: "serial-sdc"), second: DiskHints(serial: "SERIAL_SDA"))
        #expect(mirror.members.map(\.name) == ["sdc", "sda"])
    }

    @Test(arguments: ["serial-sdx", "serial-sdb"])
    func aMemberThatIsNotThereOrMustNotBeWrittenIsRefusedWithAllDisks(second: String) throws {
        let disks = [
            Self.disk("sda"), Self.disk("sdb") { $0.uses = [DiskUse(device: "sdb1", kind: .mount(at: "/srv"))] },
        ]
        let error = try #require(throws: DiskChoiceError.self) {
            try DiskChoice.chooseMirror(
                from: disks, first: DiskHints(serial: "serial-sda"), second: DiskHints(serial: second))
        }
        #expect(error.hints.serial == second)
        #expect(error.candidates.isEmpty)
        #expect(error.verdicts.map(\.disk.name) == ["sda", "sdb"])
    }

    @Test func twoNamesOfOneDiskAreNoMirror() {
        let disk = Self.disk("sda") { $0.serials = ["S1", "S2"] }
        #expect(throws: MirrorError.oneDisk(disk, disk)) {
            try DiskChoice.chooseMirror(
                from: [disk, Self.disk("sdb")], first: DiskHints(serial: "S1"), second: DiskHints(serial: "S2"))
        }
    }
}
