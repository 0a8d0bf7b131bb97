import Diagnostics

/// A partition of another disk that goes by a name of the installed root, so that the installed system might start from it
/// instead.
public struct RootTwin: Sendable, Equatable, CustomStringConvertible {
    /// Its block device, such as `/dev/sdb2`.
    public let devicePath: String
    /// What they share, as the kernel's command line and fstab name it, such as `UUID=…`.
    public let names: [String]

    /// Such as `/dev/sdb2 (UUID=…, LABEL=root)`.
    public var description: String { "\(devicePath) (\(names.joined(separator: ", ")))" }
}

extension TargetPartition {
    /// Which of these partitions share the UUID, the label or the PARTUUID with this one. Pure.
    ///
    /// - Parameter others: the partitions of all other disks, and disks that hold a file system without a table.
    public func twins(among others: [TargetPartition]) -> [RootTwin] {
        others.compactMap { other in
            var names: [String] = []
            func compare(_ key: String, _ own: String?, _ theirs: String?) {
                guard let own, let theirs, !own.isEmpty, own.lowercased() == theirs.lowercased() else { return }
                names.append("\(key)=\(own)")
            }
            compare("UUID", fileSystem?.uuid, other.fileSystem?.uuid)
            compare("PARTUUID", partitionUUID, other.partitionUUID)
            // Labels are compared as they are: unlike the others they are no numbers.
            if let label = fileSystem?.label, label == other.fileSystem?.label { compare("LABEL", label, label) }
            return names.isEmpty ? nil : RootTwin(devicePath: other.devicePath, names: names)
        }
    }
}

/// The installed system could start from another disk: nothing was sealed.
public struct AmbiguousRoot: ExplainedError, Equatable {
    /// The installed root.
    public let root: String
    /// What goes by its names.
    public let twins: [RootTwin]

    /// An error for a root with twins.
    public init(root: String, twins: [RootTwin]) {
        self.root = root
        self.twins = twins
    }

    /// What failed, on what and why.
    public var description: String {
        let found = twins.map(\.description).joined(separator: "; ")
        return
            "the root \(root) cannot be told from what is on another disk, which the system might start from: \(found)"
    }

    /// What to try.
    public var advice: String {
        "wipe the other disk (WIPE_DISKS=all wipes every local fixed disk), or give its file system another UUID and label"
    }
}
