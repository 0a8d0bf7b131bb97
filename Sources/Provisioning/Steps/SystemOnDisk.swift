import BlockDevices
import DeployVars
import Diagnostics
import LinuxSystem
import PartitionTable
import Synchronization
import TargetSystem

extension InstalledSystem {
    /// The system on a disk of this machine. Where the disk's table does not tell, its file systems are looked into.
    ///
    /// - Throws: `NoSystem` when it is certain that there is none; everything else means that it could not be told:
    ///   `UnknownSystem`, or what reading the disk throws.
    static func find(
        on disk: Disk, selector: RootSelector = .automatic, loadModule: @escaping ModuleLoading
    ) throws -> InstalledSystem {
        let table: [TablePartition]
        do {
            table = try partitions(on: disk.devicePath, sectorSize: disk.logicalSectorSize)
        } catch let error as PartitionTableError {
            throw NoSystem(disk: disk.devicePath, cause: error.explanation)
        }
        let paths = Dictionary(disk.partitions.map { ($0.number, $0.devicePath) }) { first, _ in first }
        if let held = disk.partitions.first(where: { !$0.holders.isEmpty }), let holder = held.holders.first {
            throw UnknownSystem(disk: disk.devicePath, cause: "\(holder.displayName) holds \(held.devicePath)")
        }
        guard table.allSatisfy({ paths[$0.number] != nil }) else {
            throw UnknownSystem(
                disk: disk.devicePath, cause: "the kernel does not show all partitions that are in its table")
        }
        return try find(on: disk, table, paths, selector, loadModule)
    }

    private static func find(
        on disk: Disk, _ table: [TablePartition], _ paths: [Int: String], _ selector: RootSelector,
        _ loadModule: @escaping ModuleLoading
    ) throws -> InstalledSystem {
        let doubts = Mutex<[String]>([])
        let probe: FileSystemProbe = { path in
            do {
                return try Signatures.identity(of: path)
            } catch SignatureError.ambiguous {
                // What was left over from several systems is none.
                return nil
            } catch {
                doubts.withLock { $0.append(error.explanation) }
                return nil
            }
        }
        let devices = try TargetDevices(table, paths: paths, probe: probe) { try loadModule($0) }
        do {
            let search = RootSearch(devices.partitions, mountPoint: Steps.lookingPoint, loadModule: loadModule)
            return InstalledSystem(
                root: try search.root(for: selector), partitions: devices.partitions, release: devices.release)
        } catch {
            try? devices.release()
            doubts.withLock { $0 += devices.arrays.doubts }
            if devices.volumes.isIncomplete {
                doubts.withLock { $0.append("a volume group on it reaches to other disks") }
            }
            if let doubt = doubts.withLock({ $0.first }) { throw UnknownSystem(disk: disk.devicePath, cause: doubt) }
            switch error {
            case .noSystem(_, let unreadable) where unreadable.isEmpty:
                throw NoSystem(disk: disk.devicePath, cause: error.explanation)
            case .noRoot(_, let matches, _) where matches.isEmpty:
                throw NoSystem(disk: disk.devicePath, cause: error.explanation)
            default: throw error
            }
        }
    }
}

/// A disk certainly holds no installed system.
struct NoSystem: ExplainedError {
    let disk: String
    let cause: String
    var description: String { "\(disk) holds no installed system: \(cause)" }
    var advice: String { "" }
}

/// Whether a disk holds an installed system could not be found out.
struct UnknownSystem: ExplainedError {
    let disk: String
    let cause: String
    var description: String { "cannot tell whether \(disk) holds an installed system: \(cause)" }
    var advice: String { "look at `martlet disks`" }
}
