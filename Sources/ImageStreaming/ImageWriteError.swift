import Diagnostics
import Glibc
import ImageTrust
import LinuxSystem
import SystemPackage

/// Why an image cannot be, or was not, written to a disk.
public enum ImageWriteError: ExplainedError, Equatable {
    /// The disk has fewer bytes than the image or its table needs.
    case diskTooSmall(disk: String, needed: UInt64, available: UInt64)
    /// The table reaches beyond what is kept in memory, in bytes.
    case tableTooLarge(end: Int, limit: Int)
    /// The image ends before what its own table declares. Both in bytes, decompressed.
    case imageTooShort(declared: UInt64, actual: UInt64)
    /// The superblock of an image that is a bare file system makes no sense.
    case damagedFileSystem(String)
    /// A bare file system uses smaller pieces than the disk has sectors. Both in bytes.
    case smallSectors(String, unit: Int, disk: String, sectorSize: Int)
    /// The image's start is not the one that was inspected.
    case imageChanged(String)
    /// Memory for the decoder's window is not there. Both in bytes.
    case notEnoughMemory(needed: UInt64, available: UInt64)
    /// The check sum is not the one asked for.
    case checksumMismatch(ImageChecksum, actual: String, asServed: Bool)
    /// A program in the installed system has changed the partition table in a way that cannot be sealed.
    case tableMoved(reason: String)
    /// Neither a block device nor a regular file.
    case notAWritableTarget(String)
    /// A write, or reading it back, failed. The sector counts in units of `sectorSize` bytes.
    case writeFailed(disk: String, call: String, sector: UInt64, sectorSize: Int, Errno)
    /// What is on the disk is not what was written there, in the MiB that begins at this byte.
    case readBackDiffers(disk: String, offset: UInt64)
    /// The disk could not be told to store what was written.
    case flushFailed(disk: String, Errno)
    /// The disk does not answer.
    case stuck(disk: String, call: String, waited: Duration)

    /// One sentence without a final full stop.
    public var description: String {
        switch self {
        case .diskTooSmall(let disk, let needed, let available):
            "the image needs \(needed) bytes, and \(disk) has \(available)"
        case .tableTooLarge(let end, let limit):
            "the image's partition table ends at byte \(end), beyond the \(limit) bytes that are kept in memory"
        case .imageTooShort(let declared, let actual):
            "the image is truncated: by its own account it has \(declared) bytes, and it has \(actual)"
        case .damagedFileSystem(let type): "the superblock of the image's \(type) file system is damaged"
        case .smallSectors(let type, let unit, let disk, let sectorSize):
            "the image's \(type) file system was made for sectors of \(unit) bytes, but \(disk) has sectors of "
                + "\(sectorSize) bytes"
        case .imageChanged(let name): "\(name) is no longer the image that was inspected"
        case .notEnoughMemory(let needed, let available):
            "decoding the image needs \(needed >> 20) MiB of memory, and \(available >> 20) MiB are free"
        case .checksumMismatch(let expected, let actual, let asServed):
            "the \(expected.algorithm) checksum of the image \(asServed ? "as served" : "after decompression") is "
                + "\(actual), not \(expected.hex)"
        case .tableMoved(let reason):
            "a command in the installed system changed the disk's partition table, and it cannot be written: \(reason)"
        case .notAWritableTarget(let name): "\(name) is neither a block device nor a regular file"
        case .writeFailed(let disk, let call, let sector, let sectorSize, let errno):
            "\(call) \(call == "write" ? "to" : "from") \(disk) failed at sector \(sector) (of \(sectorSize) bytes): \(errno)"
        case .readBackDiffers(let disk, let offset):
            "\(disk) does not hold what was written to it: the MiB that begins at byte \(offset) reads otherwise"
        case .flushFailed(let disk, let errno): "flushing \(disk) failed: \(errno)"
        case .stuck(let disk, let call, let waited): "\(StuckCallError(call: call, device: disk, waited: waited))"
        }
    }

    /// What to try.
    public var advice: String {
        switch self {
        case .diskTooSmall: "choose a larger disk or a smaller image"
        case .tableTooLarge: "build the image with an ordinary partition table"
        case .imageTooShort: "compare the image on the server with its original, by size and checksum"
        case .damagedFileSystem: "check it with fsck where it is built"
        case .smallSectors(_, _, _, let sectorSize):
            "make the file system for sectors of \(sectorSize) bytes, or choose a disk with smaller ones"
        case .imageChanged: "retry once the image on the server no longer changes"
        case .notEnoughMemory: "compress the image with a smaller window, or give the machine more memory"
        case .checksumMismatch: "check the expected checksum, and the image on the server against its original"
        case .tableMoved: "partition the image instead, where it is built"
        case .notAWritableTarget: "name a disk such as /dev/nvme0n1, or a file that exists"
        case .readBackDiffers:
            "look for errors of this disk in the kernel's log and in smartctl -a; else test cable, controller and memory"
        case .writeFailed(_, _, _, _, Errno(rawValue: ENODEV)):
            "the disk is no longer there: check its power, cable and slot, and what the kernel's log says of it"
        case .writeFailed(_, _, _, _, .noSpace): "the storage behind this disk is full, or the disk became smaller"
        case .stuck:
            "look for time-outs of this disk or its controller in the kernel's log; only a power cycle may get it to answer"
        case .writeFailed, .flushFailed:
            "look for errors of this disk in the kernel's log and in smartctl -a; it may be failing, or its cable"
        }
    }
}
