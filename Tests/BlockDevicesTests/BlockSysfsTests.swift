import BlockDevices
import Testing

@Suite struct BlockSysfsTests {
    @Test func listsRealDisksAndDrivesInTheOrderOfTheirNames() throws {
        let machine = try FakeSysfs()
        let pci = "pci0000:00/0000:00:04.0/virtio1/host2"
        for (index, name) in ["sdaa", "sdb", "sda"].enumerated() {
            try machine.scsiDisk(name, host: pci, address: "2:0:0:\(index)", device: ["type": "0"])
        }
        try machine.scsiDisk(
            "sr0", host: "pci0000:00/0000:00:1f.2/ata2/host1", address: "1:0:0:0", ["removable": "1"],
            device: ["type": "5", "vendor": "QEMU", "model": "QEMU DVD-ROM"])
        for name in ["loop0", "ram0", "zram0", "md127", "dm-0", "nullb0"] {
            try machine.block(name, at: "virtual/block")
        }
        try machine.block("fd0", at: "platform/floppy.0/block")
        try machine.block("nbd0", at: "virtual/block", gigabytes: 0)
        try machine.block("nbd1", at: "virtual/block")
        let mmc = "platform/fe340000.mmc/mmc_host/mmc0/mmc0:0001"
        for name in ["mmcblk0", "mmcblk0boot0", "mmcblk0rpmb"] { try machine.block(name, at: mmc + "/block") }
        let disks = try machine.sysfs.disks()
        #expect(disks.map(\.name) == ["sda", "sdb", "sr0", "nbd1", "sdaa", "mmcblk0"])
        #expect(disks.filter { $0.kind == .optical }.map(\.name) == ["sr0"])
    }

    @Test func readsAnATADisk() throws {
        let machine = try FakeSysfs()
        let host = "pci0000:00/0000:00:1f.2/ata3/host2"
        try machine.scsiDisk(
            "sda", host: host, address: "2:0:0:0", gigabytes: 960,
            ["dev": "8:0", "diskseq": "7", "queue/physical_block_size": "4096", "queue/rotational": "1", "ro": "1"],
            device: [
                "type": "0", "vendor": "ATA     ", "model": "SAMSUNG MZ7LH960", "rev": "304Q",
                "wwid": "naa.5002538e00000001",
            ])
        try machine.file(
            "sys/devices/\(host)/target2:0:0/2:0:0:0/vpd_pg80",
            [0, 0x80, 0, 20] + Array("      S45NNX0M123456".utf8))
        try machine.attributes("class/ata_port/ata3", ["port_no": "1"])
        let disk = try #require(try machine.sysfs.disks().first)
        #expect(disk.sizeBytes == 960_000_000_000)
        #expect(disk.devicePath == "/dev/sda")
        #expect(disk.number == DeviceNumber(major: 8, minor: 0))
        #expect(disk.logicalSectorSize == 512)
        #expect(disk.physicalSectorSize == 4096)
        #expect(disk.vendor == "ATA")
        #expect(disk.model == "SAMSUNG MZ7LH960")
        #expect(disk.firmware == "304Q")
        #expect(disk.serials == ["S45NNX0M123456"])
        #expect(disk.worldwideNames == ["naa.5002538e00000001"])
        #expect(disk.transport == .sata)
        #expect(disk.isRotational && disk.isReadOnly && !disk.isRemovable)
        #expect(disk.mediumType == "hdd")
        #expect(disk.sequence == 7)
        #expect(disk.hctl == "2:0:0:0")
        #expect(disk.byPath == ["pci-0000:00:1f.2-ata-1.0", "pci-0000:00:1f.2-ata-1"])
    }

    @Test func readsAnNVMeNamespaceAndLeavesOutHiddenPaths() throws {
        let machine = try FakeSysfs()
        let controller = "pci0000:00/0000:00:1d.0/0000:03:00.0/nvme/nvme0"
        try machine.attributes(
            "devices/" + controller,
            ["serial": "PHLJ9123 ", "model": "INTEL SSDPE2KX010T8", "firmware_rev": "VDV10131", "transport": "pcie"])
        try machine.block(
            "nvme0n1", at: controller, device: controller,
            [
                "wwid": "eui.01000000010000005cd2e4b5e7db4f51", "nsid": "1",
                "nguid": "01000000-0100-0000-5cd2-e4b5e7db4f51", "queue/logical_block_size": "4096",
            ])
        try machine.block("nvme0c0n1", at: controller, ["hidden": "1"])
        let disks = try machine.sysfs.disks()
        #expect(disks.map(\.name) == ["nvme0n1"])
        let disk = try #require(disks.first)
        #expect(disk.serial == "PHLJ9123")
        #expect(disk.worldwideNames == ["eui.01000000010000005cd2e4b5e7db4f51"])
        #expect(disk.transport == .nvme)
        #expect(disk.logicalSectorSize == 4096 && disk.physicalSectorSize == 4096)
        #expect(disk.firmware == "VDV10131")
        #expect(disk.byPath == ["pci-0000:03:00.0-nvme-1"])
        #expect(disk.mediumType == "nvme")
    }

    @Test func aMultipathNVMeNamespaceIsRemoteWhenAnyControllerIs() throws {
        for (transports, expected) in [
            (["pcie", "pcie"], DiskTransport.nvme), (["tcp", "tcp"], .nvmeOverFabrics),
            (["pcie", "rdma"], .nvmeOverFabrics), ([], .nvmeOverFabrics),
        ] {
            let machine = try FakeSysfs()
            let subsystem = "virtual/nvme-subsystem/nvme-subsys0"
            try machine.attributes("devices/" + subsystem, ["serial": "ABC"])
            for (index, transport) in transports.enumerated() {
                try machine.attributes("devices/\(subsystem)/nvme\(index)", ["transport": transport])
            }
            try machine.block("nvme0n1", at: subsystem, device: subsystem)
            let disk = try machine.sysfs.disk(named: "nvme0n1")
            #expect(disk.transport == expected)
            #expect(disk.serial == "ABC")
        }
    }

    @Test(arguments: [
        ("pci0000:00/0000:00:04.0/virtio1/host0", DiskTransport.virtio, ["pci-0000:00:04.0-scsi-0:0:0:0"]),
        ("pci0000:00/0000:00:05.0/0000:02:00.0/host0", .scsi, ["pci-0000:02:00.0-scsi-0:0:0:0"]),
        (
            "pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/host0", .usb,
            ["pci-0000:00:14.0-usb-0:2:1.0-scsi-0:0:0:0"]
        ),
        ("platform/host0/session1", .iscsi, ["platform-host0-scsi-0:0:0:0"]),
        ("pci0000:00/0000:03:00.0/host9/rport-9:0-1", .fibreChannel, ["pci-0000:03:00.0-scsi-0:0:0:0"]),
        (
            "pci0000:00/0000:04:00.0/host0/port-0:0/end_device-0:0", .sas,
            [
                "pci-0000:04:00.0-sas-phy4-lun-0", "pci-0000:04:00.0-sas-0x5000c500a1b2c3d5-lun-0",
                "pci-0000:04:00.0-scsi-0:0:0:0",
            ]
        ),
    ])
    func knowsHowASCSIDiskIsAttached(host: String, transport: DiskTransport, byPath: [String]) throws {
        let machine = try FakeSysfs()
        let address = host.contains("host9") ? "9:0:0:0" : "0:0:0:0"
        try machine.scsiDisk("sda", host: host, address: address)
        try machine.attributes("class/fc_host/host9", ["port_name": "0x1"])
        try machine.attributes(
            "class/sas_device/end_device-0:0", ["phy_identifier": "4", "sas_address": "0x5000c500a1b2c3d5"])
        let disk = try machine.sysfs.disk(named: "sda")
        #expect(disk.transport == transport)
        #expect(disk.byPath == byPath)
    }

    @Test func hostsOfOneAdapterCountFromItsLowest() throws {
        let machine = try FakeSysfs()
        let adapter = "pci0000:00/0000:00:07.0"
        try machine.scsiDisk("sda", host: adapter + "/host4", address: "4:0:0:0")
        try machine.scsiDisk("sdb", host: adapter + "/host5", address: "5:0:2:1")
        #expect(try machine.sysfs.disk(named: "sdb").byPath == ["pci-0000:00:07.0-scsi-1:0:2:1"])
    }

    @Test func aUSBDiskHasTheSerialNumberOfItsUSBDevice() throws {
        let machine = try FakeSysfs()
        let usb = "pci0000:00/0000:00:14.0/usb1/1-2"
        try machine.attributes("devices/" + usb, ["idVendor": "0781", "serial": "4C530001"])
        try machine.scsiDisk("sda", host: usb + "/1-2:1.0/host6", address: "6:0:0:0", ["removable": "1"])
        let disk = try machine.sysfs.disk(named: "sda")
        #expect(disk.serials == ["4C530001"])
        #expect(disk.isRemovable)
    }

    @Test func readsAVirtioBlockDisk() throws {
        let machine = try FakeSysfs()
        let device = "pci0000:00/0000:00:02.0/virtio1"
        try machine.attributes("devices/" + device, ["vendor": "0x1af4"])
        try machine.block("vda", at: device + "/block", device: device, ["serial": "root-disk"])
        let disk = try machine.sysfs.disk(named: "vda")
        #expect(disk.transport == .virtio)
        #expect(disk.serials == ["root-disk"])
        #expect(disk.hctl == nil)
        #expect(disk.byPath == ["pci-0000:00:02.0", "virtio-pci-0000:00:02.0"])
    }

    @Test func aDiskThatIsNotThereIsAnError() throws {
        let machine = try FakeSysfs()
        #expect(throws: (any Error).self) { try machine.sysfs.disk(named: "sda") }
    }
}
