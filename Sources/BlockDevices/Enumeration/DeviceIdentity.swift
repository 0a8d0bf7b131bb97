import CLinux
import Glibc
import LinuxSystem

/// Asks disks themselves for what sysfs does not say of them: ATA disks behind an adapter or a kernel that keeps no vital
/// product data.
public enum DeviceIdentity {
    /// The disks, with what ATA disks without serial number or worldwide name in sysfs answer to IDENTIFY DEVICE. USB
    /// disks are not asked: some bridges hang at a command that they do not know.
    ///
    /// - Parameters:
    ///   - timeout: for each disk to answer; one that does not stays as it is.
    ///   - report: told of each disk that does not answer in time.
    public static func completing(
        _ disks: [Disk], timeout: Duration = .seconds(10), report: (any Error) -> Void = { _ in }
    ) -> [Disk] {
        disks.map { disk in
            guard isIncomplete(disk) else { return disk }
            do {
                let path = disk.devicePath
                let answer = try watched("IDENTIFY DEVICE", device: path, timeout: timeout) { try identify(path) }
                return answer.map { completed(disk, with: $0) } ?? disk
            } catch {
                // A disk that knows no ATA command says so; one that hangs is worth a word.
                if error is StuckCallError { report(error) }
                return disk
            }
        }
    }

    /// The disk as sysfs has it now, asked once more if what it was compared with had to be asked.
    static func again(_ now: Disk, as chosen: Disk) -> Disk {
        chosen.answeredItself ? completing([now]).first ?? now : now
    }

    static func isIncomplete(_ disk: Disk) -> Bool {
        let mayBeATA: Bool
        switch disk.transport {
        case .sata: mayBeATA = true
        case .sas, .scsi, .virtio: mayBeATA = disk.vendor == "ATA"
        default: mayBeATA = false
        }
        return mayBeATA && disk.kind == .disk && (disk.normalisedSerials.isEmpty || disk.logicalUnitNames.isEmpty)
    }

    /// Adds what the disk itself says; what sysfs says comes first.
    static func completed(_ disk: Disk, with answer: ATAIdentity) -> Disk {
        var disk = disk
        if disk.normalisedSerials.isEmpty, DiskIdentity.normalisedSerial(answer.serial) != nil {
            disk.serials.append(answer.serial)
            disk.answeredItself = true
        }
        if disk.logicalUnitNames.isEmpty, DiskIdentity.normalisedWorldwideName(answer.worldwideName) != nil {
            disk.worldwideNames.append(answer.worldwideName)
            disk.answeredItself = true
        }
        if disk.fullModel.isEmpty { disk.fullModel = answer.model }
        if disk.firmware.isEmpty { disk.firmware = answer.firmware }
        return disk
    }

    private static func identify(_ path: String) throws(SystemCallError) -> ATAIdentity? {
        let device = try Descriptor.open(path, O_RDONLY | O_NONBLOCK)
        var data = [UInt8](repeating: 0, count: ATAIdentity.length)
        try systemCall("ioctl(SG_IO)", path) {
            data.withUnsafeMutableBytes { martlet_ata_identify(device.rawValue, $0.baseAddress, 5000) }
        }
        return ATAIdentity(data[...])
    }
}
