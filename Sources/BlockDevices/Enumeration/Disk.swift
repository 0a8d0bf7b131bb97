/// A whole disk or optical drive as the kernel describes it in sysfs. Reading one touches no device.
public struct Disk: Sendable, Equatable {
    /// What kind of drive it is.
    public enum Kind: Sendable, Equatable {
        /// A disk that can hold an operating system.
        case disk
        /// A CD, DVD or BD drive, real or a BMC's virtual one.
        case optical
    }

    /// The kernel's name, such as `sda` or `nvme0n1`.
    public var name: String
    /// Its node, such as `/dev/sda`.
    public var devicePath: String
    /// Disk or optical drive.
    public var kind: Kind = .disk
    /// Device number.
    public var number: DeviceNumber?
    /// Capacity in bytes; 0 without a medium.
    public var sizeBytes: UInt64
    /// Logical sector size in bytes: what addresses count and writes are multiples of.
    public var logicalSectorSize: Int = 512
    /// Physical sector size in bytes.
    public var physicalSectorSize: Int = 512
    /// Vendor, such as `ATA` or `QEMU`; empty when unknown.
    public var vendor = ""
    /// Model as sysfs has it: SCSI cuts it at 16 characters. Empty when unknown.
    public var model = ""
    /// The whole model of an ATA disk, out of VPD page 0x83; empty when there is none.
    public var fullModel = ""
    /// Firmware revision; empty when unknown.
    public var firmware = ""
    /// Every serial number any source gives, the best first, trimmed but otherwise as found.
    public var serials: [String] = []
    /// Every worldwide name any source gives, the best first, with its prefix (`naa.`, `eui.`, …).
    public var worldwideNames: [String] = []
    /// Whether some of its identity was not in sysfs but asked of the disk itself (`DeviceIdentity`).
    public var answeredItself = false
    /// How it is attached.
    public var transport: DiskTransport = .other
    /// Whether it spins.
    public var isRotational = false
    /// Whether its medium can be taken out (sysfs `removable`).
    public var isRemovable = false
    /// Whether the kernel refuses writes.
    public var isReadOnly = false
    /// The number the kernel gives to each appearance of a disk; `nil` before Linux 5.15.
    public var sequence: UInt64?
    /// SCSI address `host:channel:target:lun`; `nil` for disks that are not SCSI.
    public var hctl: String?
    /// The names udev would give it under `/dev/disk/by-path`.
    public var byPath: [String] = []
    /// The kernel's partitions, by number.
    public var partitions: [Partition] = []
    /// What is stacked directly on the disk itself (not on its partitions).
    public var holders: [Holder] = []
    /// Mounts and swap spaces on it, its partitions or anything stacked on them.
    public var uses: [DiskUse] = []
    /// What is on it by its magic bytes; `nil` unless somebody has looked (`DiskContents`).
    public var contents: DiskContents?

    /// A disk of this name and size; all else at its default.
    public init(name: String, sizeBytes: UInt64) {
        self.name = name
        self.devicePath = "/dev/\(name)"
        self.sizeBytes = sizeBytes
    }

    /// The best serial number; empty when there is none.
    public var serial: String { serials.first ?? "" }
    /// The best worldwide name; empty when there is none.
    public var worldwideName: String { worldwideNames.first ?? "" }
    /// The model a person knows it by.
    public var displayModel: String { fullModel.isEmpty ? model : fullModel }

    /// `nvme`, `hdd` or `ssd`, as an inventory names them; `optical` for a drive of that kind.
    public var mediumType: String {
        if kind == .optical { return "optical" }
        if transport == .nvme || transport == .nvmeOverFabrics { return "nvme" }
        return isRotational ? "hdd" : "ssd"
    }

    /// Everything stacked on the disk and its partitions, each once, those directly on it first.
    public var allHolders: [Holder] {
        var seen: Set<String> = []
        var found: [Holder] = []
        func visit(_ holder: Holder) {
            guard seen.insert(holder.name).inserted else { return }
            found.append(holder)
            holder.holdersAbove.forEach(visit)
        }
        holders.forEach(visit)
        for partition in partitions { partition.holders.forEach(visit) }
        return found
    }
}

/// A partition as the kernel has it now.
public struct Partition: Sendable, Equatable {
    /// The kernel's name, such as `sda1`.
    public var name: String
    /// Its number in the table.
    public var number: Int
    /// First byte on the disk.
    public var startBytes: UInt64
    /// Length in bytes.
    public var sizeBytes: UInt64
    /// Device number.
    public var device: DeviceNumber?
    /// What is stacked directly on it.
    public var holders: [Holder]

    /// A partition of these bytes.
    public init(
        name: String, number: Int, startBytes: UInt64, sizeBytes: UInt64, device: DeviceNumber? = nil,
        holders: [Holder] = []
    ) {
        self.name = name
        self.number = number
        self.startBytes = startBytes
        self.sizeBytes = sizeBytes
        self.device = device
        self.holders = holders
    }

    /// Its node, such as `/dev/sda1`.
    public var devicePath: String { "/dev/\(name)" }
}

/// A device's major and minor number.
public struct DeviceNumber: Sendable, Hashable, CustomStringConvertible {
    /// The driver's number.
    public let major: UInt32
    /// The device's number among the driver's.
    public let minor: UInt32

    /// A device number.
    public init(major: UInt32, minor: UInt32) {
        self.major = major
        self.minor = minor
    }

    /// Parses `8:1`, as sysfs `dev` and mountinfo have it.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let major = UInt32(parts[0]), let minor = UInt32(parts[1]) else { return nil }
        self.init(major: major, minor: minor)
    }

    /// `major:minor`.
    public var description: String { "\(major):\(minor)" }
}
