import BlockDevices
import Testing

@Suite struct DiskChoiceTests {
    private static func disk(
        _ name: String, gigabytes: UInt64 = 100, serial: String? = nil, wwn: String? = nil,
        _ change: (inout Disk) -> Void = { _ in }
    ) -> Disk {
        var disk = Disk(name: name, sizeBytes: gigabytes * 1_000_000_000)
        disk.serials = serial.map { [$0] } ?? []
        disk.worldwideNames = wwn.map { [$0] } ?? []
        disk.transport = .sata
        change(&disk)
        return disk
    }

    /// Three local disks, told apart by everything.
    private static let three = [
        disk("sda", gigabytes: 100, serial: "S-ONE", wwn: "naa.5000c50000000001") {
            $0.vendor = "ATA"
            $0.model = "SAMSUNG MZ7LH960"
            $0.fullModel = "SAMSUNG MZ7LH960HAJR-00005"
            $0.hctl = "0:0:0:0"
            $0.byPath = ["pci-0000:00:1f.2-ata-1"]
        },
        disk("sdb", gigabytes: 200, serial: "S-TWO", wwn: "naa.5000c50000000002") {
            $0.vendor = "SEAGATE"
            $0.model = "ST2000"
            $0.hctl = "0:0:1:0"
            $0.byPath = ["pci-0000:00:1f.2-ata-2"]
            $0.isRotational = true
        },
        disk("nvme0n1", gigabytes: 300, serial: "N-1", wwn: "eui.0025385b71b00a12") {
            $0.model = "INTEL  SSDPE2KX010T8"
            $0.transport = .nvme
        },
    ]

    @Test(arguments: [
        (DiskHints(serial: "s_two"), "sdb"),
        (DiskHints(worldwideName: "0x5000C50000000001"), "sda"),
        (DiskHints(worldwideName: "nvme-eui.0025385b71b00a12"), "nvme0n1"),
        (DiskHints(devicePath: "/dev/sdb"), "sdb"),
        (DiskHints(devicePath: "sdb"), "sdb"),
        (DiskHints(devicePath: "/dev/disk/by-path/pci-0000:00:1f.2-ata-1"), "sda"),
        (DiskHints(devicePath: "/dev/disk/by-id/wwn-0x5000c50000000002"), "sdb"),
        (DiskHints(model: "samsung mz7lh960"), "sda"),
        (DiskHints(model: "SAMSUNG MZ7LH960HAJR-00005"), "sda"),
        (DiskHints(model: "intel ssdpe2kx010t8 "), "nvme0n1"),
        (DiskHints(vendor: "seagate"), "sdb"),
        (DiskHints(hctl: "0:0:1:0"), "sdb"),
        (DiskHints(byPath: "pci-0000:00:1f.2-ata-1"), "sda"),
        (DiskHints(byPath: "/dev/disk/by-path/pci-0000:00:1f.2-ata-2"), "sdb"),
        (DiskHints(isRotational: true), "sdb"),
        (DiskHints(isRotational: false, minimumBytes: 150_000_000_000), "nvme0n1"),
        (DiskHints(minimumBytes: 300_000_000_000), "nvme0n1"),
        (DiskHints(maximumBytes: 100_000_000_000), "sda"),
        (DiskHints(minimumBytes: 101_000_000_000, maximumBytes: 299_000_000_000), "sdb"),
        (DiskHints(selection: .smallest), "sda"),
        (DiskHints(selection: .largest), "nvme0n1"),
        (DiskHints(maximumBytes: 250_000_000_000, selection: .largest), "sdb"),
        (DiskHints(serial: "S-ONE", worldwideName: "5000c50000000001", hctl: "0:0:0:0", isRotational: false), "sda"),
    ])
    func findsTheDiskThatAllHintsFit(hints: DiskHints, expected: String) throws {
        #expect(try DiskChoice.choose(from: Self.three, hints: hints).name == expected)
    }

    @Test(arguments: [
        DiskHints(serial: "S-THREE"), DiskHints(serial: "S"), DiskHints(serial: ""), DiskHints(serial: "0000"),
        DiskHints(worldwideName: "0x0000000000000000"), DiskHints(serial: "S-ONE", worldwideName: "5000c50000000002"),
        DiskHints(devicePath: "/dev/sd"), DiskHints(devicePath: "/dev/sdc"), DiskHints(model: "SAMSUNG"),
        DiskHints(model: ""), DiskHints(vendor: ""), DiskHints(hctl: "0:0:0"), DiskHints(byPath: ""),
        DiskHints(serial: "S-ONE", isRotational: true), DiskHints(minimumBytes: 301_000_000_000),
        DiskHints(maximumBytes: 99_000_000_000), DiskHints(devicePath: "/dev/disk/by-id/ata-SAMSUNG"),
    ])
    func noDiskFitsWhenAnyHintFails(hints: DiskHints) {
        let error = #expect(throws: DiskChoiceError.self) { try DiskChoice.choose(from: Self.three, hints: hints) }
        #expect(error?.candidates == [])
        #expect(error?.verdicts.count == 3)
        #expect(error?.verdicts.allSatisfy { !$0.reasons.isEmpty } == true)
    }

    @Test func withoutHintsTheOnlyEligibleDiskIsTaken() throws {
        #expect(try DiskChoice.choose(from: [Self.three[1]], hints: DiskHints()).name == "sdb")
        let error = #expect(throws: DiskChoiceError.self) {
            try DiskChoice.choose(from: Self.three, hints: DiskHints())
        }
        #expect(error?.candidates == ["sda", "sdb", "nvme0n1"])
        #expect(error?.headline == "3 disks could be written (sda, sdb, nvme0n1) and nothing says which")
    }

    @Test func aMachineWithoutDisksSaysSo() {
        var drive = Disk(name: "sr0", sizeBytes: 1000)
        drive.kind = .optical
        let error = #expect(throws: DiskChoiceError.self) { try DiskChoice.choose(from: [drive], hints: DiskHints()) }
        #expect(error?.description == "this machine has no disks")
    }

    @Test func aSerialNumberThatTwoDisksShareIsRefusedWithBothListed() {
        let disks = [
            Self.disk("sda", serial: "SAME"), Self.disk("sdb", serial: "same "), Self.disk("sdc", serial: "X"),
        ]
        for selection in DiskHints.Selection.allCases {
            let error = #expect(throws: DiskChoiceError.self) {
                try DiskChoice.choose(from: disks, hints: DiskHints(serial: "SAME", selection: selection))
            }
            #expect(error?.candidates == [])
            #expect(
                error?.verdicts.map(\.reasons) == [
                    ["shares its serial number with sdb, so that it identifies neither"],
                    ["shares its serial number with sda, so that it identifies neither"],
                    ["DISK_SERIAL differs"],
                ])
        }
    }

    @Test func aSharedSerialNumberIsHelpedByAWWNOfItsOwn() throws {
        let disks = [
            Self.disk("nvme0n1", serial: "SAME", wwn: "eui.01"), Self.disk("nvme0n2", serial: "SAME", wwn: "eui.02"),
        ]
        let hints = DiskHints(serial: "SAME", worldwideName: "eui.02")
        #expect(try DiskChoice.choose(from: disks, hints: hints).name == "nvme0n2")
    }

    @Test func aWWNThatTwoDisksShareIdentifiesNeither() {
        let disks = [
            Self.disk("sda", gigabytes: 100, wwn: "naa.5000000000000001"),
            Self.disk("sdb", gigabytes: 200, wwn: "naa.5000000000000001"),
        ]
        let error = #expect(throws: DiskChoiceError.self) {
            try DiskChoice.choose(from: disks, hints: DiskHints(worldwideName: "5000000000000001"))
        }
        #expect(error?.verdicts.first?.reasons == ["shares its WWN with sdb, so that it identifies neither"])
    }

    @Test func twoPathsToOneLogicalUnitAreOneDisk() throws {
        let paths = [
            Self.disk("sda", serial: "LUN1", wwn: "naa.600508b1001c0001"),
            Self.disk("sdb", serial: "LUN1", wwn: "naa.600508b1001c0001"),
        ]
        for hints in [DiskHints(), DiskHints(serial: "LUN1"), DiskHints(worldwideName: "600508b1001c0001")] {
            #expect(try DiskChoice.choose(from: paths, hints: hints).name == "sda")
        }
        var used = paths
        used[1].uses = [DiskUse(device: "sdb1", kind: .mount(at: "/srv"))]
        let error = #expect(throws: DiskChoiceError.self) {
            try DiskChoice.choose(from: used, hints: DiskHints(serial: "LUN1"))
        }
        #expect(
            error?.verdicts.map(\.reasons) == [
                ["is another path to sdb, which is refused"], ["sdb1 is mounted at /srv"],
            ])
    }

    @Test func theBootMediumReadOnlyAndEmptyDisksAndDisksInUseAreRefusedWhateverNamesThem() {
        expectRefusal(
            of: Self.disk("sda", serial: "S1"), DiskHints(serial: "S1"), bootMedia: ["sda"],
            "is the medium this machine started from")
        expectRefusal(
            of: Self.disk("sda", serial: "S1") { $0.isReadOnly = true }, DiskHints(serial: "S1"), "is read-only")
        expectRefusal(of: Self.disk("sda", gigabytes: 0, serial: "S1"), DiskHints(serial: "S1"), "has no medium")
        expectRefusal(
            of: Self.disk("sda", serial: "S1") { $0.uses = [DiskUse(device: "sda2", kind: .swap)] },
            DiskHints(serial: "S1"), "sda2 is swap space")
        expectRefusal(
            of: Self.disk("sda", serial: "S1") { $0.uses = [DiskUse(device: "md0", kind: .mount(at: "/"))] },
            DiskHints(serial: "S1"), "md0 is mounted at /")
    }

    @Test func aDiskThatIsOnlyReadMayBeWriteProtectedButNeitherMountedNorHeld() throws {
        let hints = DiskHints(serial: "S1", isOnlyRead: true)
        let protected = Self.disk("sda", serial: "S1") { $0.isReadOnly = true }
        #expect(try DiskChoice.choose(from: [protected], hints: hints) == protected)
        expectRefusal(
            of: Self.disk("sda", serial: "S1") { $0.uses = [DiskUse(device: "sda2", kind: .mount(at: "/"))] },
            hints, "sda2 is mounted at /")
        expectRefusal(
            of: Self.disk("sda", serial: "S1") {
                $0.holders = [Holder(name: "md127", kind: .md(level: "raid1", container: nil))]
            }, hints, "is held by md127 (raid1)")
    }

    @Test func removableUSBAndRemoteDisksAreTakenOnlyBySerialNumberOrWWN() throws {
        let cases: [(String, (inout Disk) -> Void)] = [
            ("is removable", { $0.isRemovable = true }),
            ("is on USB", { $0.transport = .usb }),
            (
                "is removable and on USB",
                {
                    $0.isRemovable = true
                    $0.transport = .usb
                }
            ),
            ("is remote (iscsi)", { $0.transport = .iscsi }),
            ("is remote (fc)", { $0.transport = .fibreChannel }),
            ("is remote (nbd)", { $0.transport = .nbd }),
            ("is remote (nvmeof)", { $0.transport = .nvmeOverFabrics }),
        ]
        for (reason, change) in cases {
            let disk = Self.disk("sda", serial: "S1", wwn: "naa.5000c50000000001", change)
            let refusal = reason + ": only DISK_SERIAL or DISK_WWN can ask for it"
            expectRefusal(of: disk, DiskHints(), refusal)
            expectRefusal(of: disk, DiskHints(devicePath: "/dev/sda"), refusal)
            expectRefusal(of: disk, DiskHints(selection: .largest), refusal)
            #expect(try DiskChoice.choose(from: [disk], hints: DiskHints(serial: "S1")).name == "sda")
            #expect(try DiskChoice.choose(from: [disk], hints: DiskHints(worldwideName: "5000c50000000001")) == disk)
            // And it does not stand in the way of the only local disk.
            let local = Self.disk("sdb")
            #expect(try DiskChoice.choose(from: [disk, local], hints: DiskHints()).name == "sdb")
        }
    }

    @Test func disksHeldByMDOrDeviceMapperAreCandidatesUnlessReleaseIsOff() throws {
        let held = Self.disk("sda", serial: "S1") {
            $0.holders = [
                Holder(
                    name: "md0", kind: .md(level: "raid1", container: nil),
                    holders: [Holder(name: "dm-0", kind: .deviceMapper(name: "vg-root", uuid: "LVM-x"))])
            ]
        }
        #expect(try DiskChoice.choose(from: [held], hints: DiskHints()).name == "sda")
        expectRefusal(
            of: held, DiskHints(acceptsHeldDisks: false), "is held by md0 (raid1) and RAID_CLEANUP is none",
            "is held by dm-0 (vg-root, LVM) and RAID_CLEANUP is none")
        expectRefusal(
            of: Self.disk("sda") { $0.holders = [Holder(name: "bcache0", kind: .other)] }, DiskHints(),
            "is held by bcache0")
    }

    @Test func selectionNeverGuessesBetweenEqualSizes() {
        let disks = [Self.disk("sda"), Self.disk("sdb"), Self.disk("sdc", gigabytes: 500)]
        let error = #expect(throws: DiskChoiceError.self) {
            try DiskChoice.choose(from: disks, hints: DiskHints(selection: .smallest))
        }
        #expect(error?.candidates == ["sda", "sdb"])
        #expect(error?.headline == "DISK_SELECT=smallest leaves 2 disks of one size (sda, sdb)")
    }

    @Test func theErrorIsATableOfEveryDiskAndWhatRefusedIt() throws {
        let error = try #require(
            #expect(throws: DiskChoiceError.self) {
                try DiskChoice.choose(from: Self.three, hints: DiskHints(serial: "NO", minimumBytes: 150_000_000_000))
            })
        let lines = error.description.split(separator: "\n")
        #expect(lines.count == 5)
        #expect(lines[0] == "no disk fits DISK_SERIAL=NO MIN_DISK_SIZE_GB=150:")
        #expect(lines[1].hasPrefix("NAME     SIZE    SECTOR"))
        #expect(lines[2].hasPrefix("sda      100 GB  512     sata"))
        #expect(lines[2].hasSuffix("DISK_SERIAL differs; is smaller than MIN_DISK_SIZE_GB"))
        #expect(lines[4].hasPrefix("nvme0n1  300 GB"))
        #expect(!error.advice.isEmpty)
    }

    private func expectRefusal(
        of disk: Disk, _ hints: DiskHints, bootMedia: Set<String> = [], _ reasons: String...,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let error = #expect(throws: DiskChoiceError.self, sourceLocation: sourceLocation) {
            try DiskChoice.choose(from: [disk], hints: hints, bootMedia: bootMedia)
        }
        #expect(error?.verdicts.map(\.reasons) == [reasons], sourceLocation: sourceLocation)
    }
}
