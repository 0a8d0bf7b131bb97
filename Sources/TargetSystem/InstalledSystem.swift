import DeployVars
import Diagnostics
import Glibc
import LinuxSystem
import PartitionTable

/// A system that a disk holds already, found by the table on the disk itself and only ever looked at.
public struct InstalledSystem: Sendable {
    /// The partition that is its root.
    public let root: TargetPartition
    /// All partitions of the disk.
    public let partitions: [TargetPartition]

    /// Finds the system on a disk.
    ///
    /// - Parameters:
    ///   - devicePath: the whole disk.
    ///   - sectorSize: bytes of its logical sector.
    ///   - partitionPaths: the kernel's nodes of its partitions, by number.
    ///   - selector: which partition is the root.
    ///   - timeout: for the disk to answer.
    /// - Throws: `SystemCallError`, `StuckCallError` or `PartitionTableError` when there is no GPT to be read,
    ///   `TargetSystemError.noRoot` when none or several of its partitions are a root.
    public static func find(
        on devicePath: String, sectorSize: Int, partitionPaths: [Int: String], selector: RootSelector = .automatic,
        timeout: Duration = .seconds(20), probe: FileSystemProbe
    ) throws -> InstalledSystem {
        let head = try watched("read", device: devicePath, timeout: timeout) {
            try Descriptor.open(devicePath, O_RDONLY).readBytes(count: PartitionTable.usualHeadLength, at: 0)
        }
        guard case .gpt(let table) = try PartitionTable.read(imageHead: head, sectorSize: sectorSize) else {
            throw NoGPT(disk: devicePath)
        }
        let partitions = TargetPartition.all(of: table, devicePath: { partitionPaths[$0] }, probe: probe)
        return InstalledSystem(root: try selector.root(among: partitions, of: table), partitions: partitions)
    }

    /// Mounts it read-only; its journals stay as they are.
    ///
    /// - Throws: `TargetSystemError`.
    public func mount(
        at mountPoint: String, loadModule: ModuleLoading
    ) throws(TargetSystemError) -> MountedRoot {
        try MountedRoot.mount(root, among: partitions, at: mountPoint, readOnly: true, loadModule: loadModule)
    }

    /// The order that provisioned it last (`PROVISION_ID`); `nil` when it says nothing of one.
    ///
    /// - Throws: `TargetSystemError`, also when it cannot be unmounted again.
    public func provisionID(
        at mountPoint: String, loadModule: ModuleLoading
    ) throws(TargetSystemError) -> String? {
        let mounted = try mount(at: mountPoint, loadModule: loadModule)
        let order = mounted.provisionID
        try mounted.unmount()
        return order
    }
}

/// A disk has an MBR, which says nothing about which partition is the root.
struct NoGPT: ExplainedError {
    let disk: String
    var description: String { "\(disk) has an MBR partition table, which does not say which partition is the root" }
    var advice: String { "use a disk whose root partition has its architecture's type in a GPT" }
}
