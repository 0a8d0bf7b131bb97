import Diagnostics

/// Why the start of an image holds no partition table that can be written to a disk.
public enum PartitionTableError: ExplainedError, Equatable {
    /// Neither 512 nor 4096 bytes per logical sector.
    case unsupportedSectorSize(Int)
    /// The bytes given end before the table does. Both in bytes from the start of the image.
    case headTooShort(needed: Int, available: Int)
    /// Neither a GPT nor an MBR.
    case noTable
    /// A table that was made for a disk with another sector size. Both in bytes.
    case wrongSectorSize(image: Int, disk: Int)
    /// A GPT that no kernel looks at, for sector 0 does not protect it.
    case noProtectiveMBR
    /// The primary header of the GPT contradicts itself or the specification.
    case damagedHeader(reason: String)
    /// The CRC-32 of the array of entries is wrong.
    case damagedEntries
    /// One partition lies where none can lie.
    case invalidEntry(number: Int, reason: String)
    /// Two partitions, by number, share sectors.
    case overlap(Int, Int)
    /// The disk ends before the last partition and the backup table do. Both in logical sectors.
    case diskTooSmall(needed: Int, available: Int, sectorSize: Int)
    /// More bytes than a file offset can count.
    case diskTooLarge(sectors: Int, sectorSize: Int)

    /// One sentence without a final full stop.
    public var description: String {
        switch self {
        case .unsupportedSectorSize(let size):
            "a disk with logical sectors of \(size) bytes is not supported, only 512 and 4096"
        case .headTooShort(let needed, let available):
            "the image's partition table takes its first \(needed) bytes, and only \(available) are there"
        case .noTable:
            "the image starts with neither a GPT nor an MBR partition table, so it is no bootable whole-disk image"
        case .wrongSectorSize(let image, let disk):
            "the image's partition table was made for sectors of \(image) bytes, but the disk has sectors of \(disk) bytes"
        case .noProtectiveMBR:
            "the image has a GPT header but no protective MBR in sector 0, so no system would use the GPT"
        case .damagedHeader(let reason):
            "the header of the image's GPT is damaged: \(reason)"
        case .damagedEntries:
            "the entries of the image's GPT are damaged: their CRC-32 is wrong"
        case .invalidEntry(let number, let reason):
            "partition \(number) of the image is invalid: \(reason)"
        case .overlap(let first, let second):
            "partitions \(first) and \(second) of the image overlap"
        case .diskTooSmall(let needed, let available, let sectorSize):
            "the image's partition table needs a disk of \(needed) sectors of \(sectorSize) bytes, "
                + "and the disk has \(available)"
        case .diskTooLarge(let sectors, let sectorSize):
            "a disk of \(sectors) sectors of \(sectorSize) bytes is larger than a file offset can reach"
        }
    }

    /// What to try.
    public var advice: String {
        switch self {
        case .unsupportedSectorSize: "reformat the disk to sectors of 512 or 4096 bytes"
        case .headTooShort: "check that the image is complete"
        case .noTable: "check that IMAGE names a raw disk image, not a web page, a file system or an archive"
        case .wrongSectorSize(let image, let disk):
            "build the image for sectors of \(disk) bytes, or choose a disk with sectors of \(image) bytes"
        case .noProtectiveMBR, .damagedHeader, .damagedEntries, .invalidEntry, .overlap:
            "check the image with sgdisk --verify and build it again"
        case .diskTooSmall: "choose a larger disk or a smaller image"
        case .diskTooLarge: "check what the disk reports as its size"
        }
    }
}
