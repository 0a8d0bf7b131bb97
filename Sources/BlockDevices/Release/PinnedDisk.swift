import Glibc
import LinuxSystem
import Synchronization

/// The chosen disk, held with `O_EXCL` so that nothing else in the kernel can mount it or build on it.
///
/// The hold is dropped while the disk's own partitions are mounted, and taken again for the seal. Size, `diskseq` and
/// identity are compared with the chosen ones whenever `verify` is called: before the first write, and before the seal.
public final class PinnedDisk: Sendable {
    /// The disk as it was chosen.
    public let disk: Disk
    /// The mirror that the disk is; `nil` of a disk that one can touch.
    public let array: MirrorArray?
    private let sysfs: BlockSysfs
    private let held: Mutex<Descriptor?>

    /// Opens the disk read-write with `O_EXCL` and verifies that it is the chosen one.
    ///
    /// - Throws: `PinError`.
    public init(_ disk: Disk, sysfs: BlockSysfs = BlockSysfs()) throws(PinError) {
        self.disk = disk
        array = nil
        self.sysfs = sysfs
        self.held = Mutex(try Self.openExclusively(disk))
        try verify()
    }

    /// Opens a running mirror likewise; md itself holds the disks that it is made of.
    ///
    /// - Throws: `PinError`.
    public init(_ array: MirrorArray, sysfs: BlockSysfs = BlockSysfs()) throws(PinError) {
        disk = array.disk
        self.array = array
        self.sysfs = sysfs
        self.held = Mutex(try Self.openExclusively(array.disk))
        try verify()
    }

    /// The held descriptor: read-write, buffered.
    ///
    /// - Throws: `PinError.notHeld` after `drop`.
    public func descriptor() throws(PinError) -> Descriptor {
        guard let descriptor = held.withLock({ $0 }) else { throw .notHeld(disk.devicePath) }
        return descriptor
    }

    /// Lets go of the disk, so that its partitions can be mounted. A descriptor given out earlier keeps the hold until
    /// its owner lets go of it as well.
    public func drop() {
        held.withLock { $0 = nil }
    }

    /// Takes the disk again and verifies it. Waits up to five seconds for an unmount to finish.
    ///
    /// - Throws: `PinError`.
    public func retake() throws(PinError) {
        if held.withLock({ $0 != nil }) { return try verify() }
        var attempt = 0
        while true {
            do throws(PinError) {
                let descriptor = try Self.openExclusively(disk)
                held.withLock { $0 = descriptor }
                return try verify()
            } catch {
                guard case .busy = error, attempt < 50 else { throw error }
            }
            attempt += 1
            pause(milliseconds: 100)
        }
    }

    /// Opens the disk once more, without `O_EXCL` but only if its node still leads to the held disk: for a writer that
    /// wants `O_DIRECT`.
    ///
    /// - Parameter flags: `O_WRONLY | O_DIRECT`, …
    /// - Throws: `PinError`.
    public func open(_ flags: Int32) throws(PinError) -> Descriptor {
        let descriptor = try Self.explained(disk) { () throws(SystemCallError) in
            try Descriptor.open(disk.devicePath, flags)
        }
        try compare(descriptor)
        return descriptor
    }

    /// Compares the held disk, and what a mirror is made of, with the chosen ones: size, `diskseq`, serial numbers and
    /// worldwide names.
    ///
    /// - Throws: `PinError.changed`, or `.notHeld` after `drop`.
    public func verify() throws(PinError) {
        try compare(try descriptor())
        for disk in [disk] + (array?.mirror.members ?? []) { try Self.verify(disk, sysfs) }
    }

    /// Compares a disk as sysfs has it now with the chosen one.
    static func verify(_ disk: Disk, _ sysfs: BlockSysfs) throws(PinError) {
        let now: Disk
        do throws(SystemCallError) {
            now = try sysfs.disk(named: disk.name)
        } catch {
            throw .changed(disk.devicePath, "is gone (\(error))")
        }
        try Self.compare(DeviceIdentity.again(now, as: disk), with: disk)
    }

    /// Compares what is known of a disk now with what was known when it was chosen.
    static func compare(_ now: Disk, with disk: Disk) throws(PinError) {
        if now.sequence != disk.sequence { throw .changed(disk.devicePath, "was taken away and came back") }
        if now.sizeBytes != disk.sizeBytes {
            throw .changed(disk.devicePath, "has \(now.sizeBytes) bytes instead of \(disk.sizeBytes)")
        }
        if now.isReadOnly && !disk.isReadOnly { throw .changed(disk.devicePath, "became read-only") }
        if now.normalisedSerials != disk.normalisedSerials {
            throw .changed(disk.devicePath, "has serial number \"\(now.serial)\" instead of \"\(disk.serial)\"")
        }
        if now.normalisedWorldwideNames != disk.normalisedWorldwideNames {
            throw .changed(disk.devicePath, "has WWN \"\(now.worldwideName)\" instead of \"\(disk.worldwideName)\"")
        }
    }

    private func compare(_ descriptor: Descriptor) throws(PinError) {
        let size = try Self.explained(disk) { () throws(SystemCallError) in try descriptor.sizeInBytes() }
        if size != disk.sizeBytes {
            throw .changed(disk.devicePath, "has \(size) bytes instead of \(disk.sizeBytes)")
        }
        if let sequence = disk.sequence, descriptor.diskSequence() != sequence {
            throw .changed(disk.devicePath, "is another disk than the chosen one (diskseq)")
        }
    }

    private static func openExclusively(_ disk: Disk) throws(PinError) -> Descriptor {
        try explained(disk) { () throws(SystemCallError) in
            try Descriptor.open(disk.devicePath, O_RDWR | O_EXCL)
        }
    }

    private static func explained<Value>(
        _ disk: Disk, _ body: () throws(SystemCallError) -> Value
    ) throws(PinError) -> Value {
        do throws(SystemCallError) {
            return try body()
        } catch {
            if error.errno == .resourceBusy { throw .busy(disk.devicePath) }
            throw .failed(error)
        }
    }
}
