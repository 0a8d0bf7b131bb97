import BlockDevices
import Glibc
import LinuxSystem
import PartitionTable
import Pipeline
import TargetSystem

extension Steps {
    /// How long the other disks of a machine may take to be looked at, all together.
    private static let twinPatience = Duration.seconds(90)

    /// Makes sure that no other disk has a file system that goes by a name of the installed root. Other paths to the target
    /// are no other disks. A disk that does not answer is passed over with a warning.
    func checkTwins(of root: TargetPartition, on target: Disk, _ progress: StepProgress) async throws {
        progress("comparing the root's names with other disks")
        let twins = try await offPool("root twins") { [services] in
            let clock = ContinuousClock()
            let deadline = clock.now + Self.twinPatience
            let disks = try BlockSysfs().disks().filter { $0.kind == .disk && $0.sizeBytes > 0 }
            let paths = DiskPaths(disks).others(of: target).map(\.name)
            let others = disks.filter { $0.name != target.name && !paths.contains($0.name) }
            return others.flatMap { disk -> [RootTwin] in
                guard clock.now < deadline else {
                    services.log.warning("\(disk.devicePath) was not compared with the root: there was no time left")
                    return []
                }
                do {
                    return root.twins(among: try partitions(on: disk))
                } catch {
                    services.log.warning("\(disk.devicePath) was not compared with the root: \(error)")
                    return []
                }
            }
        }
        if !twins.isEmpty { throw AmbiguousRoot(root: root.devicePath, twins: twins) }
    }

    /// The partitions of another disk as the kernel and, for PARTUUIDs, the disk's own table have them, and the disk itself
    /// in case that it holds a file system without a table.
    private func partitions(on disk: Disk) throws -> [TargetPartition] {
        let path = disk.devicePath
        let head = try watched("read", device: path, timeout: .seconds(20)) {
            try Descriptor.open(path, O_RDONLY).readBytes(count: PartitionTable.usualHeadLength, at: 0)
        }
        let table = try? PartitionTable.read(imageHead: head, sectorSize: disk.logicalSectorSize)
        let names = Dictionary((table?.gpt?.entries ?? []).map { ($0.number, $0.uniqueGUID.description) }) { $1 }
        let all = [(0, path)] + disk.partitions.map { ($0.number, $0.devicePath) }
        return all.map { number, path in
            TargetPartition(
                number: number, devicePath: path, partitionUUID: names[number] ?? "",
                fileSystem: (try? Signatures.identity(of: path)) ?? nil)
        }
    }
}
