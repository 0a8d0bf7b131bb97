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
    private let release: @Sendable () throws -> Void

    /// A system that was found. Logical volumes among its partitions stay devices until `close`.
    ///
    /// - Parameter release: takes down what the devices stand on.
    public init(
        root: TargetPartition, partitions: [TargetPartition], release: @escaping @Sendable () throws -> Void = {}
    ) {
        self.root = root
        self.partitions = partitions
        self.release = release
    }

    /// Takes down its logical volumes, none of which may be mounted any more.
    public func close() throws {
        try release()
    }

    /// Reads a disk's own partition table.
    ///
    /// - Parameters:
    ///   - devicePath: the whole disk.
    ///   - sectorSize: bytes of its logical sector.
    ///   - timeout: for the disk to answer.
    /// - Throws: `SystemCallError`, `StuckCallError`; `PartitionTableError` when there is no table to be read.
    public static func partitions(
        on devicePath: String, sectorSize: Int, timeout: Duration = .seconds(20)
    ) throws -> [TablePartition] {
        try watched("read", device: devicePath, timeout: timeout) {
            let disk = try Descriptor.open(devicePath, O_RDONLY)
            let head = try disk.readBytes(count: PartitionTable.usualHeadLength, at: 0)
            return try PartitionTable.read(imageHead: head, sectorSize: sectorSize)
                .partitions { try disk.readBytes(count: $1, at: UInt64(clamping: $0)) }
        }
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
    /// The root is looked into alone at first: what else its fstab asks for may be on disks that are not there.
    ///
    /// - Throws: `TargetSystemError`, also when it cannot be unmounted again.
    public func provisionID(
        at mountPoint: String, loadModule: ModuleLoading
    ) throws(TargetSystemError) -> String? {
        let alone = try MountedRoot.mountAlone(root, at: mountPoint, loadModule: loadModule)
        let order = alone.provisionID
        try alone.unmount()
        if let order { return order }
        let mounted = try mount(at: mountPoint, loadModule: loadModule)
        let inside = mounted.provisionID
        try mounted.unmount()
        return inside
    }
}
