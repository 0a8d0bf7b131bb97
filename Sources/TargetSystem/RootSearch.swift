import DeployVars
import PartitionTable

/// Finds the root of the installed system among the partitions and logical volumes of the written disk: as
/// `ROOT_PARTITION` says, else by the architecture's partition type, else by looking into every Linux file system for
/// `/etc/os-release`.
///
/// All calls block for as long as the disk does.
public struct RootSearch: Sendable {
    /// All partitions and logical volumes of the disk.
    public let partitions: [TargetPartition]
    /// A directory of this machine at which one file system after the other is mounted for a look.
    public let mountPoint: String
    private let loadModule: ModuleLoading

    /// A search among these partitions. The mount point is made when it is missing.
    public init(_ partitions: [TargetPartition], mountPoint: String, loadModule: @escaping ModuleLoading) {
        self.partitions = partitions
        self.mountPoint = mountPoint
        self.loadModule = loadModule
    }

    /// The one partition that is the root. Looks into file systems only where the table does not tell; nothing is
    /// written then, not even a journal replayed.
    ///
    /// - Throws: `noRoot` when there is none, or more than one by what `ROOT_PARTITION` asks for; `severalRoots` with what
    ///   is on each; both list all partitions.
    public func root(
        for selector: RootSelector, architecture: Architecture = .current
    ) throws(TargetSystemError) -> TargetPartition {
        let matches = selector.matches(among: partitions, architecture: architecture)
        if let root = matches.first, matches.count == 1 { return root }
        guard selector == .automatic else {
            throw .noRoot(selector: selector.description, matches: matches, partitions: partitions)
        }
        let candidates = matches.isEmpty ? partitions.filter { !$0.isHiddenFromDiscovery } : matches
        var systems: [FoundSystem] = []
        var unreadable: [String] = []
        for candidate in candidates where MountedFileSystem.canHoldRoot(candidate.fileSystem?.type) {
            do throws(TargetSystemError) {
                if let name = try system(on: candidate) { systems.append(FoundSystem(on: candidate, name: name)) }
            } catch {
                // It may not be the root at all; if none is found, this is why.
                unreadable.append(error.description)
            }
        }
        guard let found = systems.first else {
            throw .noSystem(partitions: partitions, unreadable: unreadable)
        }
        guard systems.count == 1 else { throw .severalRoots(systems, partitions: partitions) }
        return found.partition
    }

    /// What the system on a partition calls itself; `nil` when there is none.
    private func system(on partition: TargetPartition) throws(TargetSystemError) -> String? {
        let mounted = try MountedRoot.mountAlone(partition, at: mountPoint, loadModule: loadModule)
        defer { try? mounted.unmount() }
        // A link to a file that is on another file system, such as a `/usr` of its own, is a root's as well.
        guard mounted.directory.status("/etc/os-release", followsLink: false) != nil else { return nil }
        return mounted.osRelease.prettyName
    }
}

/// An installed system that was found by looking.
public struct FoundSystem: Equatable, Sendable {
    /// Where its root is.
    public let partition: TargetPartition
    /// What it calls itself.
    public let name: String

    /// A system on a partition.
    public init(on partition: TargetPartition, name: String) {
        self.partition = partition
        self.name = name
    }
}
