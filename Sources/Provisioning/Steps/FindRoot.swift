import BlockDevices
import DeployVars
import ImageStreaming
import InitRuntime
import LinuxSystem
import PartitionTable
import TargetSystem

extension Steps {
    /// Where file systems are mounted for a look.
    static let lookingPoint = RunFiles.directory + "/look"

    /// Announces the partitions, starts the arrays and volumes on them, and mounts the root; with the names by which it will
    /// be found, and the devices, which the mount owns.
    func mountRoot(of written: WrittenDisk) throws -> (MountedRoot, RootNames, TargetDevices) {
        let table = try partitions(of: written)
        let paths = try announce(table.map(\.extent), on: written.pinned)
        // Neither partitions can be mounted nor arrays and volumes on them started while the whole disk is held.
        written.pinned.drop()
        let devices = try TargetDevices(table, paths: paths, probe: Signatures.identity) { services.loadModule($0) }
        devices.warnings.forEach { services.log.warning("\($0)") }
        tellMembersElsewhere(of: devices.arrays.unstarted, written.pinned.disk)
        for array in devices.arrays.active {
            let line = "\(array.devicePath), \(array.level) of \(array.members.joined(separator: ", "))"
            services.console.say("  array     \(line)")
            services.agentLog.note("array \(line)")
        }
        do {
            let search = RootSearch(devices.partitions, mountPoint: Self.lookingPoint) { [services] name in
                services.loadModule(name)
            }
            let root = try search.root(for: written.job.vars.root.selector)
            if written.job.vars.image.mode == .partition {
                try furnish(root, among: devices.partitions, for: written.job)
            }
            let mounted = try MountedRoot.mount(
                root, among: devices.partitions, at: Self.mountPoint,
                loadModule: { [services] in services.loadModule($0) }, release: { try devices.release() })
            let label = mounted.isFoundByLabel ? root.fileSystem?.label ?? "" : ""
            return (mounted, devices.names(of: root, label: label), devices)
        } catch {
            try? devices.release()
            throw error
        }
    }

    /// Says where else members are of arrays that did not start from the target alone.
    private func tellMembersElsewhere(of arrays: [String], _ disk: Disk) {
        guard !arrays.isEmpty, let disks = try? BlockSysfs().disks() else { return }
        for uuid in arrays {
            let names = RootNames(uuids: [uuid], partitionUUID: "")
            guard let other = RootCopies.find(of: names, root: uuid, on: disk, among: disks) else { continue }
            services.log.warning(
                "another member of md array \(uuid) is \(other.other) on \(other.disk): an array is started only from the target"
            )
        }
    }

    /// The partitions of the withheld table; logical ones of an MBR are listed on the disk itself. No copy of the disk's
    /// descriptor outlives the call.
    private func partitions(of written: WrittenDisk) throws -> [TablePartition] {
        let disk = try written.pinned.descriptor()
        let table = written.withheld.table
        return try watched("reading partitions", device: disk.name, timeout: .seconds(60)) {
            try table.partitions { try disk.readBytes(count: $1, at: UInt64(clamping: $0)) }
        }
    }

    /// Tells the kernel of partitions; their nodes by number. No copy of the disk's descriptor outlives the call.
    private func announce(_ extents: [PartitionExtent], on pinned: PinnedDisk) throws -> [Int: String] {
        let kernel = KernelPartitions(of: pinned.disk.name, descriptor: try pinned.descriptor())
        let nodes = try kernel.replace(with: extents)
        return Dictionary(zip(extents.map(\.number), nodes)) { first, _ in first }
    }

    /// A root that another disk holds as well, such as an older copy of the image, might be the one that gets booted.
    func checkThatNoOtherDiskHas(_ names: RootNames, _ root: MountedRoot, _ written: WrittenDisk) throws {
        // The disks of a mirror are the root's own.
        let members = (written.pinned.array?.mirror.members ?? []).map(\.name)
        let disks = try BlockSysfs().disks().filter { !members.contains($0.name) }
        let copy = RootCopies.find(
            of: names, root: root.partition.devicePath, on: written.pinned.disk, among: disks,
            report: { services.log.warning("not searched for a second copy of the root: \($0)") })
        if let copy { throw copy }
    }
}

extension TargetPartition {
    init(_ volume: ActiveLogicalVolume) {
        self.init(
            number: 0, devicePath: volume.devicePath,
            fileSystem: try? Signatures.identity(of: volume.devicePath),
            logicalVolume: LogicalVolumeName(group: volume.group, volume: volume.name))
    }
}

extension TablePartition {
    /// What the kernel is told of it.
    var extent: PartitionExtent {
        PartitionExtent(
            number: number, startBytes: UInt64(clamping: firstByte), lengthBytes: UInt64(clamping: byteCount))
    }
}
