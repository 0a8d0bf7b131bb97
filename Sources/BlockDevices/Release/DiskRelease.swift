import CLinux
import Glibc
import LinuxSystem

/// Frees a chosen disk of all that stands on it and of every signature, and takes hold of it.
///
/// Nothing is ever written through an array or a mapped device, nor to a disk out of scope; md itself may update its members'
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
    /// zeros md superblocks, ZFS and Ceph labels and wipes all signatures on its old partitions and itself until a fresh
    /// probe finds none; then makes the kernel forget the old partitions. Other disks in scope follow.
    ///
    /// It may be repeated after a failure at any point.
    ///
    /// - Parameters:
    ///   - scope: which disks beside the target are released as well, and how thoroughly. All of them are looked at
    ///     before anything is touched.
    ///   - headBytes: how much of the head to zero at least.
    ///   - beforeFirstWrite: called when nothing stands in the way any more and the disk is held, with all of it as it was.
    /// - Returns: the held disk, and what was done.
    /// - Throws: `DiskReleaseError`, `PinError`, `SignatureError`, `KernelPartitionError`, `SystemCallError`, and
    ///   `StuckCallError` when a device does not answer.
    public func release(
        _ disk: Disk, scope: ReleaseScope = ReleaseScope(), headBytes: UInt64 = 1 << 20, tailBytes: UInt64 = 1 << 20,
        beforeFirstWrite: () -> Void = {}
    ) throws -> (PinnedDisk, ReleaseReport) {
        var report = ReleaseReport()
        // What stands on the disk may have changed since it was chosen.
        let now = try sysfs.disk(named: disk.name)
        // Nor must the name stand for another disk by now, whose arrays are not ours to stop.
        try PinnedDisk.compare(DeviceIdentity.again(now, as: disk), with: disk)
        let all = try sysfs.disks()
        let paths = DiskPaths(all)
        let otherPaths = paths.others(of: now)
        if scope.arrays == .none, let holder = ([now] + otherPaths).flatMap(\.allHolders).first {
            throw DiskReleaseError(
                disk: disk.devicePath, reasons: ["\(holder.displayName) holds it and RAID_CLEANUP is none"])
        }
        let others = try scope.others(than: Set([now.name] + otherPaths.map(\.name)), among: all, paths)
        report.left += others.left
        let alsoReleased = scope.arrays == .all ? others.disks : []
        let released = alsoReleased + all.filter { scope.otherTargets.contains($0.name) }
        let inScope = Set(released.flatMap { [$0] + paths.others(of: $0) }.flatMap(\.deviceNames))
        try stopHolders(of: now, otherPaths: otherPaths, inScope: inScope, &report)
        for other in alsoReleased {
            // Its arrays may have gone with the target's.
            let other = try sysfs.disk(named: other.name)
            try stopHolders(of: other, otherPaths: paths.others(of: other), inScope: inScope, &report)
        }
        let pinned = try PinnedDisk(disk, sysfs: sysfs)
        otherPaths.forEach { forget($0, &report) }
        let descriptor = try pinned.descriptor()
        beforeFirstWrite()
        try watched("zeroing head and tail", device: disk.devicePath, timeout: timeout) {
            try Zeroing.zeroHeadAndTail(descriptor, headBytes: headBytes, tailBytes: tailBytes)
        }
        report.wiped.append("\(disk.name): first and last bytes (\(headBytes) and \(tailBytes))")
        if let depth = scope.targetDepth { try wipe(now, descriptor, depth, &report) }
        try KernelPartitions(of: disk.name, descriptor: descriptor, sysfs: sysfs).removeAll()
        if let depth = scope.othersDepth {
            for other in others.disks { try release(other, depth, paths.others(of: other), &report) }
        }
        return (pinned, report)
    }

    /// Another disk in scope: held while it is wiped, and no longer.
    private func release(
        _ disk: Disk, _ depth: DiskWipe.Depth, _ otherPaths: [Disk], _ report: inout ReleaseReport
    ) throws {
        let pinned = try PinnedDisk(disk, sysfs: sysfs)
        otherPaths.forEach { forget($0, &report) }
        let descriptor = try pinned.descriptor()
        try wipe(disk, descriptor, depth, &report)
        // Only a wiped table leaves partitions behind that are no more.
        guard depth == .everything else { return }
        try KernelPartitions(of: disk.name, descriptor: descriptor, sysfs: sysfs).removeAll()
    }

    /// Drops what the kernel remembers of the disk through another path: its cache would be stale, its partitions wrong.
    /// A path that is dead is left as it is.
    private func forget(_ path: Disk, _ report: inout ReleaseReport) {
        do {
            try watched("flushing", device: path.devicePath, timeout: timeout) { [sysfs] in
                let descriptor = try Descriptor.open(path.devicePath, O_RDONLY)
                try KernelPartitions(of: path.name, descriptor: descriptor, sysfs: sysfs).removeAll()
                try descriptor.ioctl("ioctl(BLKFLSBUF)", MARTLET_BLKFLSBUF, 0)
            }
        } catch {
            report.left.append("\(path.name), another path to the disk: \(error)")
        }
    }

    /// - Parameter inScope: devices of other disks that are released as well.
    private func stopHolders(
        of disk: Disk, otherPaths: [Disk], inScope: Set<String>, _ report: inout ReleaseReport
    ) throws {
        let paths = [disk] + otherPaths
        let plan = try ReleasePlan(for: disk, otherPaths: otherPaths)
        let released = inScope.union(paths.flatMap(\.deviceNames) + plan.deviceNames)
        var left: [String] = []
        let stacked = StackedDevices(sysfs: sysfs)
        for holder in plan.holders {
            let note: String
            do {
                note = try watched("stopping", device: holder.name, timeout: timeout) {
                    try stacked.stop(holder, disk: disk.devicePath)
                }
            } catch let error as SystemCallError where error.errno == .resourceBusy {
                throw DiskReleaseError(disk: disk.devicePath, reasons: ["\(holder.displayName) is mounted or open"])
            }
            report.stopped.append(note.isEmpty ? holder.displayName : "\(holder.displayName); \(note)")
            for slave in holder.slaves where !released.contains(slave) && !left.contains(slave) {
                left.append(slave)
                report.left.append("\(slave): a member of \(holder.name), not on \(disk.name)")
            }
        }
        let names = paths.map(\.name)
        for _ in 0..<500 {
            if try holders(of: names).isEmpty { return }
            pause(milliseconds: 10)
        }
        let rest = try holders(of: names).map { "\($0.displayName) still holds it" }
        if !rest.isEmpty { throw DiskReleaseError(disk: disk.devicePath, reasons: rest) }
    }

    private func holders(of names: [String]) throws -> [Holder] {
        try names.flatMap { try sysfs.disk(named: $0).allHolders }
    }

    /// Old partitions first: the disk's own table says where they are.
    private func wipe(
        _ disk: Disk, _ descriptor: Descriptor, _ depth: DiskWipe.Depth, _ report: inout ReleaseReport
    ) throws {
        for partition in disk.partitions {
            report.wiped += try watched("wiping", device: partition.devicePath, timeout: timeout) {
                let member = try Descriptor.open(partition.devicePath, O_RDWR)
                return try DiskWipe.wipe(member, name: partition.name, depth)
            }
        }
        report.wiped += try watched("wiping", device: disk.devicePath, timeout: timeout) {
            try DiskWipe.wipe(descriptor, name: disk.name, depth)
        }
    }
}
