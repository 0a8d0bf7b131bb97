import CLinux
import Glibc
import LinuxSystem

/// A mirror that the kernel's md runs for as long as a system is put on it: `Documentation/admin-guide/md.rst`.
///
/// All that is written goes to both disks. They are not compared: until the installed system has copied the rest from the
/// first disk to the second, as after `mdadm --create`, the superblocks say that the two may differ, and md reads from the
/// first. Here that resync is held back; it would only compete with the image.
public final class MirrorArray: Sendable {
    /// The array's name in its superblocks, as mdadm(8) takes it.
    public static let name = MirrorSuperblock.name
    /// The two disks.
    public let mirror: Mirror
    /// What tells the array from others.
    public let uuid: ArrayUUID
    /// The array as a disk.
    public let disk: Disk
    private let sysfs: BlockSysfs
    /// For each call that can hang on a dying disk.
    private static let timeout: Duration = .seconds(60)

    /// Writes the superblocks of a new array to both disks and starts it.
    ///
    /// - Parameters:
    ///   - mirror: the two disks.
    ///   - held: both as they are held, in the same order; they are let go, and md holds them from then on.
    ///   - time: seconds since 1970, as the superblocks tell it.
    /// - Throws: `MirrorError`, `PinError`, `SystemCallError`, `StuckCallError`; no array is left running then.
    public init(_ mirror: Mirror, held: [PinnedDisk], time: UInt64, sysfs: BlockSysfs = BlockSysfs()) throws {
        let uuid = ArrayUUID()
        guard Files.exists(Self.newArray(sysfs)) else { throw MirrorError.noDriver }
        for (place, (member, pinned)) in zip(mirror.members, held).enumerated() {
            try pinned.verify()
            let descriptor = try pinned.descriptor()
            let superblock = MirrorSuperblock(
                array: uuid, device: ArrayUUID(), place: UInt16(clamping: place), created: time,
                arraySectors: mirror.sizeBytes / 512, usableSectors: mirror.sizeBytes / 512,
                superblockSector: (MDSuperblock.Version.v1_0.offset(memberBytes: member.sizeBytes) ?? 0) / 512)
            try watched("writing the superblock", device: member.devicePath, timeout: Self.timeout) {
                try Self.write(superblock, to: descriptor)
            }
        }
        held.forEach { $0.drop() }
        let name = try Self.freeName(sysfs)
        do {
            try watched("starting \(name)", device: mirror.names, timeout: Self.timeout) {
                try Self.start(name, mirror, sysfs)
            }
            for member in mirror.members { try PinnedDisk.verify(member, sysfs) }
            disk = try sysfs.disk(named: name)
            guard disk.sizeBytes == mirror.sizeBytes else {
                throw MirrorError.otherSize(
                    array: disk.devicePath, bytes: disk.sizeBytes, expected: mirror.sizeBytes)
            }
        } catch {
            try? watched("stopping", device: "/dev/\(name)", timeout: Self.timeout) { try Self.stop(name, sysfs) }
            throw error
        }
        self.mirror = mirror
        self.uuid = uuid
        self.sysfs = sysfs
    }

    /// Opens both disks beside md, which holds them, for what must reach one of them before the other.
    ///
    /// - Returns: the disks in the mirror's order, read-write and past the page cache, whose older contents are dropped.
    /// - Throws: `PinError` when one is not the disk that was chosen any more; `SystemCallError`, `StuckCallError`.
    public func openMembers() throws -> [Descriptor] {
        try mirror.members.map { [sysfs] member in
            try watched("open", device: member.devicePath, timeout: Self.timeout) {
                try PinnedDisk.verify(member, sysfs)
                let descriptor = try Descriptor.open(member.devicePath, O_RDWR | MARTLET_O_DIRECT)
                if let sequence = member.sequence, descriptor.diskSequence() != sequence {
                    throw PinError.changed(member.devicePath, "is another disk than the chosen one (diskseq)")
                }
                try descriptor.ioctl("ioctl(BLKFLSBUF)", MARTLET_BLKFLSBUF, 0)
                return descriptor
            }
        }
    }

    /// Makes sure that all that was written is on both disks: md goes on with one when a write to the other fails, or notes
    /// the sectors in its log of bad blocks, and tells nobody.
    ///
    /// - Throws: `MirrorError.memberFailed`.
    public func requireBothWritten() throws(MirrorError) {
        for member in mirror.members {
            let attributes = "\(sysfs.sysRoot)/block/\(disk.name)/md/dev-\(member.name)"
            let flags = (Files.attribute(attributes + "/state") ?? "").split(separator: ",")
            let hasBadBlocks = ["bad_blocks", "unacknowledged_bad_blocks"].contains {
                Files.attribute("\(attributes)/\($0)") != nil
            }
            guard flags.contains("in_sync"), !flags.contains("faulty"), !flags.contains("write_error"), !hasBadBlocks
            else { throw .memberFailed(member) }
        }
    }

    /// Stops the array, which marks it as stopped in good order on both disks. Nothing may use it any more; does nothing
    /// when it is stopped already.
    ///
    /// - Throws: `KernelPartitionError`, `SystemCallError`, `DiskReleaseError`, `StuckCallError`.
    public func stop() throws {
        try watched("stopping", device: disk.devicePath, timeout: Self.timeout) { [disk, sysfs] in
            try Self.stop(disk.name, sysfs)
        }
    }

    private static func newArray(_ sysfs: BlockSysfs) -> String {
        "\(sysfs.sysRoot)/module/md_mod/parameters/new_array"
    }

    /// mdadm counts down from here as well for arrays that have no number of their own.
    private static func freeName(_ sysfs: BlockSysfs) throws(MirrorError) -> String {
        for number in (0...127).reversed() where !Files.exists("\(sysfs.sysRoot)/block/md\(number)") {
            return "md\(number)"
        }
        throw .noFreeName
    }

    private static func write(_ superblock: MirrorSuperblock, to descriptor: Descriptor) throws(SystemCallError) {
        let outcome = superblock.encoded().withUnsafeBytes { buffer in
            Result { () throws(SystemCallError) in
                try descriptor.writeAll(buffer, at: superblock.superblockSector * 512)
            }
        }
        try outcome.get()
        try descriptor.synchronize()
    }

    /// The order matters: an array that is started read-only begins no resync, and one whose resync is frozen begins none
    /// when it becomes writable.
    private static func start(_ name: String, _ mirror: Mirror, _ sysfs: BlockSysfs) throws(MirrorError) {
        try set("making \(name)", name, newArray(sysfs))
        let directory = "\(sysfs.sysRoot)/block/\(name)/md"
        try set("making \(name)", "1.0", directory + "/metadata_version")
        for member in mirror.members {
            let action = "adding \(member.devicePath) to \(name)"
            guard let number = member.number else {
                throw .failed(
                    action: action,
                    SystemCallError(call: "open", subject: member.devicePath, errno: .noSuchAddressOrDevice))
            }
            try set(action, "\(number)", directory + "/new_dev")
        }
        try set("starting \(name)", "read-auto", directory + "/array_state")
        try set("holding back the resync of \(name)", "frozen", directory + "/sync_action")
        try set("making \(name) writable", "active", directory + "/array_state")
        do throws(SystemCallError) {
            // md takes the first look for a change of the medium, which gives the array another `diskseq`.
            _ = try Descriptor.open("/dev/\(name)", O_RDONLY)
        } catch {
            throw .failed(action: "opening \(name)", error)
        }
    }

    private static func set(_ action: String, _ value: String, _ attribute: String) throws(MirrorError) {
        do throws(SystemCallError) {
            try Files.write(value, to: attribute)
        } catch {
            throw .failed(action: action, error)
        }
    }

    static func stop(_ name: String, _ sysfs: BlockSysfs) throws {
        let node = "/dev/\(name)"
        guard Files.exists("\(sysfs.sysRoot)/block/\(name)/md/array_state") else { return }
        if let descriptor = try? Descriptor.open(node, O_RDONLY) {
            try KernelPartitions(of: name, descriptor: descriptor, sysfs: sysfs).removeAll()
        }
        _ = try StackedDevices(sysfs: sysfs).stopArray(name, disk: node)
    }
}
