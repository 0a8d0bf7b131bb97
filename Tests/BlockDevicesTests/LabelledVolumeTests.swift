import LinuxSystem
import Testing

@testable import BlockDevices

@Suite struct LabelledVolumeTests {
    private func drive(_ name: String, _ file: TemporaryFile, _ change: (inout Disk) -> Void) -> Disk {
        var disk = Disk(name: name, sizeBytes: 1 << 20)
        disk.devicePath = file.path
        change(&disk)
        return disk
    }

    private func volume(_ label: String) throws -> TemporaryFile {
        let file = try TemporaryFile(bytes: 1 << 20)
        try file.descriptor.write(isoVolume(label: label), at: 0)
        return file
    }

    @Test func isFoundOnOpticalAndRemovableMediaAndNowhereElse() throws {
        let file = try volume("CIDATA")
        let internalDisk = drive("sda", file) { $0.transport = .sata }
        let usbDisk = drive("sdb", file) { $0.transport = .usb }
        let stick = drive("sdc", file) { $0.isRemovable = true }
        let optical = drive("sr0", file) { $0.kind = .optical }
        #expect(LabelledVolume.find(["CIDATA"], among: [internalDisk, usbDisk]) == nil)
        #expect(LabelledVolume.find(["CIDATA"], among: [internalDisk, stick])?.diskName == "sdc")
        let found = LabelledVolume.find(["MARTLET", "CIDATA"], among: [internalDisk, optical])
        #expect(
            found == LabelledVolume(devicePath: file.path, fileSystem: "iso9660", label: "CIDATA", diskName: "sr0"))
        #expect(LabelledVolume.find(["MARTLET"], among: [stick, optical]) == nil)
    }

    @Test func theFirstLabelWinsWhateverItsCase() throws {
        let seed = try volume("cidata")
        let own = try volume("Martlet")
        let drives = [drive("sr0", seed) { $0.kind = .optical }, drive("sr1", own) { $0.kind = .optical }]
        #expect(LabelledVolume.find(["MARTLET", "CIDATA"], among: drives)?.diskName == "sr1")
        #expect(LabelledVolume.find(["CIDATA", "MARTLET"], among: drives)?.diskName == "sr0")
    }

    @Test func aUDFBridgeIsMountedAsISO9660() {
        let volumes = ["udf", "iso9660"].map {
            LabelledVolume(devicePath: "/dev/sr0", fileSystem: $0, label: "MARTLET", diskName: "sr0")
        }
        #expect(LabelledVolume.choose(["MARTLET"], from: volumes)?.fileSystem == "iso9660")
    }

    @Test func bootMediaAreRemovableOpticalOrUSBMediaWithOurLabel() throws {
        let own = try volume("MARTLET")
        let other = try volume("CIDATA")
        let disks = [
            drive("sda", own) { $0.transport = .sata }, drive("sdb", own) { $0.transport = .usb },
            drive("sdc", own) { $0.isRemovable = true }, drive("sdd", other) { $0.isRemovable = true },
            drive("sr0", own) { $0.kind = .optical },
        ]
        #expect(LabelledVolume.bootMedia(among: disks) == ["sdb", "sdc", "sr0"])
    }

    @Test func anUnreadableDriveIsReportedAndDoesNotHideTheNext() throws {
        let file = try volume("MARTLET")
        var broken = Disk(name: "sr0", sizeBytes: 1 << 20)
        broken.kind = .optical
        broken.devicePath = "/tmp/no-such-drive"
        var reports: [String] = []
        let found = LabelledVolume.find(["MARTLET"], among: [broken, drive("sr1", file) { $0.kind = .optical }]) {
            reports.append(String(describing: $0))
        }
        #expect(found?.diskName == "sr1")
        #expect(reports == ["open /tmp/no-such-drive: No such file or directory"])
    }
}
