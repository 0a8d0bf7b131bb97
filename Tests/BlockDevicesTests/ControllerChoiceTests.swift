import Testing

@testable import BlockDevices

@Suite struct ControllerChoiceTests {
    private static func controller(_ name: String, _ serial: String) -> NVMeControllerDevice {
        var controller = NVMeControllerDevice(name: name)
        controller.serial = serial
        controller.model = "FAST 960"
        return controller
    }

    private static func namespace(_ name: String, _ serial: String, gigabytes: UInt64 = 100) -> Disk {
        var disk = Disk(name: name, sizeBytes: gigabytes * 1_000_000_000)
        disk.serials = [serial]
        disk.transport = .nvme
        return disk
    }

    @Test func aControllerIsFoundWithAllItsNamespacesAndWithoutAny() throws {
        let disks = [
            Self.namespace("nvme0n1", "S-1"), Self.namespace("nvme0n2", "S-1"), Self.namespace("nvme1n1", "S-2"),
        ]
        let controllers = ["S-1", "S-2", "S-3"].enumerated().map { Self.controller("nvme\($0)", $1) }
        for (serial, name, namespaces) in [
            ("s1", "nvme0", ["nvme0n1", "nvme0n2"]), ("S_2", "nvme1", ["nvme1n1"]), ("S-3", "nvme2", []),
        ] {
            let chosen = try DiskChoice.chooseController(
                from: controllers, disks: disks, hints: DiskHints(serial: serial, model: "fast  960"))
            #expect(chosen.device.name == name)
            #expect(chosen.namespaces.map(\.name) == namespaces)
        }
    }

    @Test func aSerialNumberOfSeveralNamesNone() {
        let controllers = [Self.controller("nvme0", "S-1"), Self.controller("nvme1", "S1")]
        #expect(throws: ControllerChoiceError(serial: "S-1", owners: ["nvme0", "nvme1"])) {
            try DiskChoice.chooseController(from: controllers, disks: [], hints: DiskHints(serial: "S-1"))
        }
        var other = Self.namespace("sda", "S-1")
        other.transport = .sata
        #expect(throws: ControllerChoiceError(serial: "S-1", owners: ["nvme0", "sda"])) {
            try DiskChoice.chooseController(
                from: [controllers[0]], disks: [other], hints: DiskHints(serial: "S-1"))
        }
    }

    /// The controller's serial number, whether it is local and takes commands, the model asked for, and why its namespace
    /// is refused.
    @Test(
        arguments: [
            ("S-9", true, true, "FAST 960", "its controller is gone"),
            ("S-1", false, true, "FAST 960", "its controller is on a network"),
            ("S-1", true, false, "FAST 960", "its controller does not take commands yet"),
            ("S-1", true, true, "SLOW 960", "DISK_MODEL differs"),
        ] as [(String, Bool, Bool, String, String)])
    func aControllerThatWillNotDoIsRefused(
        serial: String, isLocal: Bool, isLive: Bool, model: String, reason: String
    ) {
        var controller = Self.controller("nvme0", serial)
        (controller.isLocal, controller.isLive) = (isLocal, isLive)
        var disk = Self.namespace("sda", "S-2")
        disk.transport = .sata
        let error = #expect(throws: DiskChoiceError.self) {
            try DiskChoice.chooseController(
                from: [controller],
                disks: [Self.namespace("nvme0n1", "S-1"), Self.namespace("nvme1n1", "S-2"), disk],
                hints: DiskHints(serial: "S-1", model: model))
        }
        #expect(error?.verdicts.map(\.reasons) == [[reason], ["DISK_SERIAL differs"], ["is no NVMe namespace"]])
        #expect(error?.candidates == [], "one may still appear")
    }

    @Test func noneOfThemMayBeInUse() throws {
        var disks = [
            Self.namespace("nvme0n1", "S-1"), Self.namespace("nvme0n2", "S-1"), Self.namespace("nvme0n3", "S-1"),
        ]
        let hints = DiskHints(serial: "S-1", minimumBytes: 50_000_000_000)
        let target = Self.namespace("nvme0 (new)", "S-1")
        try DiskChoice.requireWritable(disks, target: target, hints: hints)
        disks[1].uses = [DiskUse(device: "nvme0n2p1", kind: .mount(at: "/mnt"))]
        let error = #expect(throws: DiskChoiceError.self) {
            try DiskChoice.requireWritable(
                disks, target: Self.namespace("nvme0 (new)", "S-1", gigabytes: 10), hints: hints, bootMedia: ["nvme0n3"]
            )
        }
        #expect(
            error?.verdicts.map { "\($0.disk.name) \($0.reasons.joined())" } == [
                "nvme0n2 nvme0n2p1 is mounted at /mnt", "nvme0n3 is the medium this machine started from",
                "nvme0 (new) is smaller than MIN_DISK_SIZE_GB",
            ])
    }

    @Test func controllersAreReadFromSysfsAlsoThoseWithoutADisk() throws {
        let machine = try FakeSysfs()
        let place = "pci0000:00/0000:00:03.0/nvme"
        for (name, values) in [
            ("nvme10", ["serial": "S-10  ", "model": "A", "transport": "pcie", "state": "live"]),
            ("nvme2", ["serial": "S-2", "transport": "tcp", "state": "connecting"]),
        ] {
            try machine.attributes("devices/\(place)/\(name)", values)
            try machine.link("sys/class/nvme/\(name)", to: "sys/devices/\(place)/\(name)")
        }
        try machine.block(
            "nvme10n3", at: "\(place)/nvme10", device: "\(place)/nvme10", ["nsid": "3", "wwid": "eui.1"])
        try machine.scsiDisk("sda", host: "pci0000:00/0000:00:1f.2/ata1/host0")
        let controllers = machine.sysfs.nvmeControllers()
        #expect(controllers.map(\.name) == ["nvme2", "nvme10"])
        #expect(controllers.map(\.isLocal) == [false, true])
        #expect(controllers.map(\.isLive) == [false, true])
        #expect(controllers.last?.serial == "S-10" && controllers.last?.model == "A")
        #expect(controllers.last?.devicePath == "/dev/nvme10")
        let disks = try machine.sysfs.disks()
        #expect(disks.map { machine.sysfs.namespaceIdentifier(of: $0) } == [nil, 3])
        let owner = try #require(controllers.last)
        #expect(try machine.sysfs.namespace(3, of: owner)?.name == "nvme10n3")
        #expect(try machine.sysfs.namespace(1, of: owner) == nil)
        #expect(try machine.sysfs.namespace(3, of: #require(controllers.first)) == nil, "another controller's")
        try machine.attributes("devices/\(place)/nvme10/nvme10n3", ["size": "0"])
        #expect(try machine.sysfs.namespace(3, of: owner) == nil, "it has no size yet")
        #expect(try FakeSysfs().sysfs.nvmeControllers() == [])
    }
}
