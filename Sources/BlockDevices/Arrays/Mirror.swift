/// Two disks that are to hold one system between them: a RAID 1 of md with metadata 1.0, whose members each look like the
/// whole disk from the first byte on, and boot alone. Pure: nothing is read or opened.
public struct Mirror: Sendable, Equatable {
    /// Left free between the array's end and the superblock, for a bitmap that somebody adds later and the log of bad
    /// blocks.
    private static let reserve: UInt64 = 128 << 10
    /// The array has whole units of this many bytes, so that it is one of whole sectors and pages on every disk.
    private static let unit: UInt64 = 1 << 20
    /// How much larger one disk may be, in hundredths of the other, before that is worth a word.
    private static let usualDifference: UInt64 = 110

    /// The disk that a boot loader and a resync take for the right one while the two may differ.
    public let first: Disk
    /// The other one.
    public let second: Disk
    /// Bytes that the array has; the smaller disk decides.
    public let sizeBytes: UInt64

    /// A mirror of two disks.
    ///
    /// - Throws: `MirrorError` when they are one disk, or cannot be members of one array.
    public init(_ first: Disk, _ second: Disk) throws(MirrorError) {
        self.first = first
        self.second = second
        guard first.name != second.name, !first.isSameUnit(as: second) else { throw .oneDisk(first, second) }
        guard first.logicalSectorSize == second.logicalSectorSize else { throw .sectorSizes(first, second) }
        guard let one = Self.room(on: first), let other = Self.room(on: second), min(one, other) > 0 else {
            throw .tooSmall(first.sizeBytes < second.sizeBytes ? first : second)
        }
        sizeBytes = min(one, other)
    }

    /// Both disks, the first one first.
    public var members: [Disk] { [first, second] }

    /// Both disks' names, for people: `/dev/sda and /dev/sdb`.
    public var names: String { "\(first.devicePath) and \(second.devicePath)" }

    /// The array as a disk, before there is one: what an image must fit.
    public var disk: Disk {
        var disk = Disk(name: "\(first.name)+\(second.name)", sizeBytes: sizeBytes)
        disk.devicePath = "the mirror of \(names)"
        disk.logicalSectorSize = first.logicalSectorSize
        disk.physicalSectorSize = max(first.physicalSectorSize, second.physicalSectorSize)
        disk.isRotational = first.isRotational || second.isRotational
        return disk
    }

    /// What an operator may not have meant; `nil` for nothing.
    public var warning: String? {
        let (small, large) = first.sizeBytes <= second.sizeBytes ? (first, second) : (second, first)
        let (limit, overflow) = (small.sizeBytes / 100).multipliedReportingOverflow(by: Self.usualDifference)
        guard !overflow, large.sizeBytes > limit else { return nil }
        return "\(large.devicePath) has \(DiskTable.size(large.sizeBytes)) and \(small.devicePath) only "
            + "\(DiskTable.size(small.sizeBytes)): the mirror is as large as the smaller one"
    }

    /// Bytes of a disk that an array can have.
    private static func room(on disk: Disk) -> UInt64? {
        guard let superblock = MDSuperblock.Version.v1_0.offset(memberBytes: disk.sizeBytes), superblock > reserve
        else {
            return nil
        }
        return (superblock - reserve) / unit * unit
    }
}

extension DiskChoice {
    /// The two disks that hints name, each by rules of its own like `choose`.
    ///
    /// - Parameters:
    ///   - first: names the first disk.
    ///   - second: names the second.
    /// - Throws: `DiskChoiceError` when one of the two is not there, is several, or must not be written; `MirrorError`.
    public static func chooseMirror(
        from disks: [Disk], first: DiskHints, second: DiskHints, bootMedia: Set<String> = []
    ) throws -> Mirror {
        try Mirror(
            choose(from: disks, hints: first, bootMedia: bootMedia),
            choose(from: disks, hints: second, bootMedia: bootMedia))
    }
}
