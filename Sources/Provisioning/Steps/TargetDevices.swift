import BlockDevices
import InitRuntime
import LinuxSystem
import PartitionTable
import TargetSystem

/// The devices of one disk that can hold file systems: its partitions, the md arrays on them, and the logical volumes on
/// both.
struct TargetDevices: Sendable {
    /// All of them. An array of a single partition has that one's number, type and names: who names the partition means what
    /// is on it.
    let partitions: [TargetPartition]
    /// Where arrays are noted until they are stopped.
    static let register = ArrayRegister(directory: RunFiles.directory + "/arrays")

    /// The arrays, which stay started until `release`.
    let arrays: InstalledArrays
    /// The volumes, which stay active until `release`.
    let volumes: LogicalVolumes

    /// Starts what is on partitions that nothing holds.
    ///
    /// - Parameter paths: the partitions' nodes by their numbers.
    /// - Throws: `SystemCallError`, `StuckCallError`; nothing stays started then.
    init(
        _ table: [TablePartition], paths: [Int: String], probe: FileSystemProbe, loadModule: (String) throws -> Void
    ) throws {
        let nodes = table.compactMap { paths[$0.number] }
        let arrays = try InstalledArrays(on: nodes, register: Self.register, loadModule: loadModule)
        do {
            let own = nodes.filter { !arrays.members.contains($0) }
            volumes = try LogicalVolumes(on: own + arrays.active.map(\.devicePath), loadModule: loadModule)
        } catch {
            try? arrays.stop()
            throw error
        }
        self.arrays = arrays
        let started = { (path: String) in arrays.active.first { $0.members == [path] }?.devicePath }
        let several = arrays.active.filter { $0.members.count > 1 }
        partitions =
            TargetPartition.all(
                of: table,
                devicePath: { number in
                    paths[number].flatMap { arrays.members.contains($0) ? started($0) : $0 }
                }, probe: probe)
            + several.map {
                TargetPartition(number: 0, devicePath: $0.devicePath, fileSystem: try? probe($0.devicePath))
            }
            + volumes.active.map { TargetPartition($0) }
    }

    /// What could not be started, one sentence each.
    var warnings: [String] { arrays.warnings + volumes.warnings }

    /// Takes down volumes and arrays. Must follow the unmount of what is on them.
    func release() throws {
        try volumes.deactivate()
        try arrays.stop()
    }

    /// The names by which a boot loader or a kernel finds a root among these, and by which it could take another disk's.
    func names(of root: TargetPartition, label: String) -> RootNames {
        let volumeNames = root.logicalVolume == nil ? [] : volumes.physicalVolumeUUIDs
        return RootNames(
            uuids: [root.fileSystem?.uuid ?? ""] + volumeNames + arrays.active.map(\.uuid),
            partitionUUID: root.partitionUUID, label: label)
    }
}
