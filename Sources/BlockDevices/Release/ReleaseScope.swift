/// How far a release goes beyond what the target itself needs: its head and tail are always zeroed, since the image's own
/// must not be found before the seal.
public struct ReleaseScope: Sendable, Equatable {
    /// A set of disks.
    public enum Extent: Sendable, Equatable {
        /// No disk.
        case none
        /// The target.
        case target
        /// The target and every other local fixed disk.
        case all
    }

    /// `RAID_CLEANUP`: where arrays and mapped devices are stopped and the signatures of their members wiped.
    public var arrays: Extent
    /// `WIPE_DISKS`: where every signature is wiped.
    public var signatures: Extent
    /// The names of disks that this machine was started from, which are never touched.
    public var bootMedia: Set<String>
    /// The names of disks that are targets themselves, each with a release of its own.
    public var otherTargets: Set<String>

    /// The target alone unless said otherwise.
    public init(
        arrays: Extent = .target, signatures: Extent = .target, bootMedia: Set<String> = [],
        otherTargets: Set<String> = []
    ) {
        self.arrays = arrays
        self.signatures = signatures
        self.bootMedia = bootMedia
        self.otherTargets = otherTargets
    }

    /// What is removed from the target beyond its head and tail; `nil` for nothing.
    var targetDepth: DiskWipe.Depth? {
        signatures != .none ? .everything : arrays != .none ? .members : nil
    }

    /// What is removed from other local fixed disks; `nil` for nothing.
    var othersDepth: DiskWipe.Depth? {
        signatures == .all ? .everything : arrays == .all ? .members : nil
    }

    /// The disks beside the target that are in scope, one path of each. Pure.
    ///
    /// - Parameters:
    ///   - target: the names of the target and of all other paths to it.
    ///   - disks: every disk of the machine.
    /// - Returns: the disks to release, and a line for each disk that is passed over.
    /// - Throws: `DiskReleaseError` when one of them is in use, before anything is touched.
    func others(
        than target: Set<String>, among disks: [Disk], _ paths: DiskPaths
    ) throws(DiskReleaseError) -> (disks: [Disk], left: [String]) {
        guard othersDepth != nil else { return ([], []) }
        var left: [String] = []
        var found: [Disk] = []
        var seen = target
        for disk in disks where disk.kind == .disk && disk.sizeBytes > 0 && seen.insert(disk.name).inserted {
            let unit = [disk] + paths.others(of: disk)
            seen.formUnion(unit.map(\.name))
            if unit.contains(where: { otherTargets.contains($0.name) }) { continue }
            if let reason = unit.compactMap(exemption).first {
                left.append("\(disk.name): \(reason)")
                continue
            }
            let obstacles = unit.flatMap(obstacles)
            if !obstacles.isEmpty { throw DiskReleaseError(disk: disk.devicePath, reasons: obstacles) }
            found.append(disk)
        }
        return (found, left)
    }

    /// Why a disk is out of scope; `nil` for a local fixed disk.
    private func exemption(_ disk: Disk) -> String? {
        if bootMedia.contains(disk.name) { return "the medium this machine started from" }
        if disk.isReadOnly { return "read-only" }
        if disk.isRemovable { return "removable" }
        if disk.transport == .usb { return "on USB" }
        return disk.transport.isRemote ? "remote (\(disk.transport.rawValue))" : nil
    }

    private func obstacles(on disk: Disk) -> [String] {
        var reasons = disk.uses.map(\.description)
        for holder in disk.allHolders {
            if !holder.canBeReleased {
                reasons.append("\(holder.displayName) on it is neither md nor device-mapper")
            } else if arrays != .all {
                reasons.append("\(holder.displayName) holds it, which only RAID_CLEANUP=all stops")
            }
        }
        return reasons
    }
}
