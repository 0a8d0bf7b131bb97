import CLinux
import Glibc
import LinuxSystem

/// Frees a chosen disk of all that stands on it and of every signature, and takes hold of it.
///
/// Nothing is ever written through an array or a mapped device, nor to another disk; md itself may update its members'
/// superblocks once when an array was dirty or resyncing, and the report says so.
public struct DiskRelease: Sendable {
    private let sysfs: BlockSysfs
    private let timeout: Duration

    /// A release.
    ///
    /// - Parameter timeout: for each call that can hang on a dying disk.
    public init(sysfs: BlockSysfs = BlockSysfs(), timeout: Duration = .seconds(60)) {
        self.sysfs = sysfs
        self.timeout = timeout
    }

    /// Stops what stands on the disk, top down; holds it; zeros and flushes its head and tail, the first write there is;
    /// zeros md superblocks and wipes all signatures on its old partitions and itself until a fresh probe finds none;
    /// then makes the kernel forget the old partitions.
    ///
    /// It may be repeated after a failure at any point.
    ///
    /// - Parameter headBytes: how much of the head to zero at least.
    /// - Returns: the held disk, and what was done.
    /// - Throws: `DiskReleaseError`, `PinError`, `SignatureError`, `KernelPartitionError`, `SystemCallError`, and
    ///   `StuckCallError` when a device does not answer.
    public func release(
        _ disk: Disk, headBytes: UInt64 = 1 << 20, tailBytes: UInt64 = 1 << 20
    ) throws -> (PinnedDisk, ReleaseReport) {
        var report = ReleaseReport()
        // What stands on the disk may have changed since it was chosen.
        let now = try sysfs.disk(named: disk.name)
        // Nor must the name stand for another disk by now, whose arrays are not ours to stop.
        try PinnedDisk.compare(now, with: disk)
        try stopHolders(of: now, &report)
        let pinned = try PinnedDisk(disk, sysfs: sysfs)
        let descriptor = try pinned.descriptor()
        try watched("zeroing head and tail", device: disk.devicePath, timeout: timeout) {
            try Zeroing.zeroHeadAndTail(descriptor, headBytes: headBytes, tailBytes: tailBytes)
        }
        report.wiped.append("\(disk.name): first and last bytes (\(headBytes) and \(tailBytes))")
        for partition in now.partitions {
            let member = try Descriptor.open(partition.devicePath, O_RDWR)
            try wipe(member, name: partition.name, &report)
        }
        try wipe(descriptor, name: disk.name, &report)
        try KernelPartitions(of: disk.name, descriptor: descriptor, sysfs: sysfs).removeAll()
        return (pinned, report)
    }

    private func stopHolders(of disk: Disk, _ report: inout ReleaseReport) throws {
        let own = Set([disk.name] + disk.partitions.map(\.name))
        let stacked = StackedDevices(sysfs: sysfs)
        for holder in try ReleasePlan(for: disk).holders {
            let note: String
            do {
                note = try watched("stopping", device: holder.name, timeout: timeout) {
                    try stacked.stop(holder, disk: disk.devicePath)
                }
            } catch let error as SystemCallError where error.errno == .resourceBusy {
                throw DiskReleaseError(disk: disk.devicePath, reasons: ["\(holder.displayName) is mounted or open"])
            }
            report.stopped.append(note.isEmpty ? holder.displayName : "\(holder.displayName); \(note)")
            if case .md = holder.kind {
                let others = holder.slaves.filter { !own.contains($0) }
                report.left += others.map { "\($0): a member of \(holder.name), not on \(disk.name)" }
            }
        }
        for _ in 0..<500 {
            if try sysfs.disk(named: disk.name).allHolders.isEmpty { return }
            pause(milliseconds: 10)
        }
        let rest = try sysfs.disk(named: disk.name).allHolders.map { "\($0.displayName) still holds it" }
        if !rest.isEmpty { throw DiskReleaseError(disk: disk.devicePath, reasons: rest) }
    }

    private func wipe(_ device: Descriptor, name: String, _ report: inout ReleaseReport) throws {
        report.wiped += try watched("wiping", device: device.name, timeout: timeout) {
            // A partition and its disk have separate caches: neither may write back what the other has overwritten.
            try device.ioctl("ioctl(BLKFLSBUF)", MARTLET_BLKFLSBUF, 0)
            var lines: [String] = []
            for superblock in try MDSuperblock.find(on: device) {
                try Zeroing.overwrite(device, from: superblock.offset, length: MDSuperblock.bytes)
                lines.append("\(name): md \(superblock.version.rawValue) superblock at byte \(superblock.offset)")
            }
            try device.synchronize()
            lines += try Signatures.wipe(device).map { "\(name): \($0.type)" }
            try device.ioctl("ioctl(BLKFLSBUF)", MARTLET_BLKFLSBUF, 0)
            return lines
        }
    }
}
