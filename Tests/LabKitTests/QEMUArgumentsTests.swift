import Foundation
import Testing

@testable import LabKit

@Suite struct QEMUArgumentsTests {
    private func words(
        _ boot: MachineConfiguration.Boot, _ change: (inout MachineConfiguration) throws -> Void
    ) rethrows -> String {
        var machine = MachineConfiguration(boot: boot)
        try change(&machine)
        return QEMUArguments(
            machine: machine, accelerator: "tcg", serialSocket: "/t/a.tty", controlSocket: "/t/a.qmp",
            firmwareFiles: ("/code", "/vars")
        ).words.joined(separator: " ")
    }

    @Test func disksGetTheirBusSerialWWNSectorSizeAndBrake() {
        let image = DiskFile(existing: "/t/a,b.disk")
        let words = words(.kernel(path: "/k", initramfs: "/i", commandLine: "console=ttyS0 x")) { machine in
            machine.disks = [
                MachineDisk(image, serial: "ONE"),
                MachineDisk(
                    image, bus: .virtioSCSI, serial: "TWO", wwn: 0x5000_C500_0000_0001, sectorSize: 4096,
                    operationsPerSecond: 9),
                MachineDisk(image, bus: .nvme), MachineDisk(image, bus: .ahci), MachineDisk(image, bus: .ahci),
            ]
        }
        #expect(words.contains("-kernel /k -initrd /i -append console=ttyS0 x"))
        #expect(words.contains("id=disk0,format=raw,cache=writeback,discard=unmap,node-name=raw0,"))
        #expect(words.contains(",file.node-name=file0,file=/t/a,,b.disk "))
        #expect(words.contains("virtio-blk-pci,id=drive0,drive=disk0,logical_block_size=512"))
        #expect(words.contains("throttling.iops-total=9"))
        #expect(
            words.contains(
                "scsi-hd,bus=scsi.0,id=drive1,drive=disk1,logical_block_size=4096,physical_block_size=4096,serial=TWO,"
                    + "wwn=0x5000c50000000001"))
        #expect(words.contains("nvme,id=drive2") && words.contains("serial=NVME-2"))
        #expect(words.contains("ide-hd,bus=ahci.0") && words.contains("ide-hd,bus=ahci.1"))
    }

    @Test func aDiskFailsToWriteASectorOnceOrAlways() {
        var disk = MachineDisk(DiskFile(existing: "/d"))
        for isOnce in [true, false] {
            disk.writeError = .init(sector: 77, isOnce: isOnce)
            let words = words(.disk(0)) { [disk] in $0.disks = [disk] }
            #expect(words.contains("file.driver=blkdebug,file.image.driver=file,file.image.filename=/d,"))
            #expect(
                words.contains(
                    "errno=5,file.inject-error.0.sector=77,file.inject-error.0.once=\(isOnce ? "on" : "off")"))
        }
    }

    @Test func twoPathsToADiskShareItsFile() {
        let path = MachineDisk(DiskFile(existing: "/d"), bus: .virtioSCSI, wwn: 0x5000_C500_0000_0001, isShared: true)
        let words = words(.disk(0)) { $0.disks = [path, path] }
        #expect(words.components(separatedBy: "file=/d,file.locking=off").count == 3)
        #expect(words.components(separatedBy: "share-rw=on,wwn=0x5000c50000000001").count == 3)
    }

    @Test func theFirstMediumTheFirstCardOrTheNamedDiskIsBooted() {
        let disk = MachineDisk(DiskFile(existing: "/d"))
        let fromMedium = words(.media) { machine in
            machine.chipset = .q35
            machine.firmware = .uefi
            machine.media = [.init("/x.iso", bus: .sata)]
            machine.disks = [disk]
        }
        #expect(fromMedium.contains("ide-cd,bus=ide.0,drive=medium0,bootindex=0"))
        #expect(fromMedium.contains("if=pflash,unit=0,format=raw,readonly=on,file=/code"))
        let fromNetwork = words(.network(url: "http://10.0.2.2:1/boot.ipxe")) { $0.disks = [disk] }
        #expect(fromNetwork.contains("bootfile=http://10.0.2.2:1/boot.ipxe"))
        #expect(fromNetwork.contains("netdev=net0,mac=52:54:00:4d:61:10,bootindex=0"))
        let fromDisk = words(.disk(1)) { $0.disks = [disk, disk] }
        #expect(fromDisk.contains("drive=disk1,logical_block_size=512,physical_block_size=512,bootindex=0"))
        #expect(!fromDisk.contains("pflash"))
        for words in [fromMedium, fromNetwork, fromDisk] {
            #expect(words.components(separatedBy: "bootindex").count == 2)
        }
        let byItself = words(.firmware) { $0.disks = [disk] }
        #expect(!byItself.contains("bootindex"))
    }

    @Test func aSilentCardHasAHubOfItsOwn() {
        let words = words(.disk(0)) { $0.networkCards = [.silence(), .unplugged(), .user(restricted: true)] }
        #expect(words.contains("hubport,id=net0,hubid=0") && words.contains("hubport,id=net1,hubid=1"))
        #expect(words.contains("user,id=net2,restrict=on"))
    }
}
