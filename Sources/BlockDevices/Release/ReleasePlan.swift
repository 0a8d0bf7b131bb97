/// What stands on a disk, in the order in which it can be stopped: each before all that it stands on.
public struct ReleasePlan: Sendable, Equatable {
    /// The arrays and mapped devices to stop, the topmost first.
    public let holders: [Holder]

    /// The plan for a disk. Pure: from the disk as it was read.
    ///
    /// - Parameter otherPaths: other paths to the same logical unit, on which something may stand as well.
    /// - Throws: `DiskReleaseError` when the disk is used in a way that a release must not end.
    public init(for disk: Disk, otherPaths: [Disk] = []) throws(DiskReleaseError) {
        let paths = [disk] + otherPaths
        let uses = paths.flatMap(\.uses)
        if !uses.isEmpty {
            throw DiskReleaseError(disk: disk.devicePath, reasons: uses.map(\.description))
        }
        let all = paths.flatMap(\.allHolders)
        let foreign = all.filter { !$0.canBeReleased }
        if !foreign.isEmpty {
            throw DiskReleaseError(
                disk: disk.devicePath,
                reasons: foreign.map { "\($0.displayName) on it is neither md nor device-mapper" })
        }
        var ordered: [Holder] = []
        var visited: Set<String> = []
        func visit(_ holder: Holder) {
            guard visited.insert(holder.name).inserted else { return }
            holder.holdersAbove.forEach(visit)
            // The volumes of an IMSM or DDF container are not its holders in sysfs, but stop before it all the same.
            for volume in all where volume.container == holder.name { visit(volume) }
            ordered.append(holder)
        }
        all.forEach(visit)
        holders = ordered
    }

    /// The kernel's names of what is stopped, partitions of arrays included.
    var deviceNames: [String] { holders.flatMap { [$0.name] + $0.partitions.map(\.name) } }
}

extension Disk {
    /// The kernel's names of the disk and its partitions.
    var deviceNames: [String] { [name] + partitions.map(\.name) }
}

extension Holder {
    /// The md container that a volume of an external metadata format lives in.
    var container: String? {
        if case .md(_, let container) = kind { return container }
        return nil
    }
}
