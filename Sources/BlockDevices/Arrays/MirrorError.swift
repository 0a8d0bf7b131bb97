import Diagnostics
import LinuxSystem

/// Two disks cannot be made a mirror.
public enum MirrorError: ExplainedError, Equatable {
    /// Both names lead to the same disk.
    case oneDisk(Disk, Disk)
    /// Their logical sectors differ.
    case sectorSizes(Disk, Disk)
    /// A disk has no room for array and superblock.
    case tooSmall(Disk)
    /// The kernel has no md, or no RAID 1.
    case noDriver
    /// A name for the array cannot be had.
    case noFreeName
    /// The kernel did not do what was asked of it.
    case failed(action: String, SystemCallError)
    /// Writes to this disk failed, and the array goes on without it, or without some sectors of it.
    case memberFailed(Disk)
    /// The array that the kernel made is not the one that was laid out.
    case otherSize(array: String, bytes: UInt64, expected: UInt64)

    /// One sentence without a final full stop.
    public var description: String {
        switch self {
        case .oneDisk(let first, let second):
            first.name == second.name
                ? "RAID_LEVEL=1 names \(first.devicePath) twice"
                : "RAID_LEVEL=1 names \(first.devicePath) and \(second.devicePath), which are two paths to one disk"
        case .sectorSizes(let first, let second):
            "\(first.devicePath) has sectors of \(first.logicalSectorSize) bytes and \(second.devicePath) of "
                + "\(second.logicalSectorSize): no image fits both"
        case .tooSmall(let disk): "\(disk.devicePath) is too small for a member of a mirror"
        case .noDriver: "the kernel has no md with RAID 1"
        case .noFreeName: "the kernel has an md array under every name from md0 to md127"
        case .failed(let action, let error): "\(action) failed: \(error)"
        case .memberFailed(let disk):
            "writes to \(disk.devicePath) (serial \(disk.serial)) failed: the mirror has all of the image on "
                + "the other disk only"
        case .otherSize(let array, let bytes, let expected):
            "\(array) has \(bytes) bytes instead of \(expected)"
        }
    }

    /// What to try.
    public var advice: String {
        switch self {
        case .oneDisk, .sectorSizes, .tooSmall: "name two different disks of one kind"
        case .noDriver: "build the initramfs with the modules md-mod and raid1"
        case .noFreeName: "stop arrays that nobody uses"
        case .memberFailed: "look for errors of this disk in the kernel's log, replace it, then retry"
        case .failed, .otherSize: "check both disks' cabling and the kernel log, then retry"
        }
    }
}
