import BlockDevices
import DeployVars
import ImageStreaming
import LinuxSystem
import PartitionTable
import Pipeline
import TargetSystem

extension Steps {
    static let mountPoint = "/newroot"

    /// Tells the kernel of the partitions, which no table on the disk shows yet, and mounts the one that is the root.
    func findRoot() -> Step<WrittenDisk, RootFound> {
        Step(.findRoot) { written, progress in
            let root = try await offPool("find root") { try mountRoot(of: written) }
            services.onFailure {
                services.console.say("  unmounting \(Self.mountPoint)")
                try? await offPool("unmount") { unmount(root) }
            }
            root.warnings.forEach { services.log.warning("\($0)") }
            try await checkTwins(of: root.partition, on: written.pinned.disk, progress)
            let system = root.osRelease.prettyName
            services.console.say("  root      \(root.partition), \(system)")
            services.agentLog.note("root \(root.partition), \(system)")
            return RootFound(written: try await growing(root, on: written), root: root)
        }
    }

    private func mountRoot(of written: WrittenDisk) throws -> MountedRoot {
        guard let table = written.withheld.table.gpt else {
            throw RootlessImage(image: written.withheld.summary.origin)
        }
        let paths = try announce(table.extents, on: written.pinned)
        // The partitions cannot be mounted while the whole disk is held.
        written.pinned.drop()
        let partitions = TargetPartition.all(of: table, devicePath: { paths[$0] }, probe: Signatures.identity)
        let root = try written.job.vars.root.selector.root(among: partitions, of: table)
        return try MountedRoot.mount(root, among: partitions, at: Self.mountPoint) { [services] name in
            services.loadModule(name)
        }
    }

    /// Tells the kernel of partitions; their nodes by number. No copy of the disk's descriptor outlives the call.
    private func announce(_ extents: [PartitionExtent], on pinned: PinnedDisk) throws -> [Int: String] {
        let kernel = KernelPartitions(of: pinned.disk.name, descriptor: try pinned.descriptor())
        let nodes = try kernel.replace(with: extents)
        return Dictionary(zip(extents.map(\.number), nodes)) { first, _ in first }
    }

    func unmount(_ root: MountedRoot) {
        do throws(TargetSystemError) {
            try root.unmount()
        } catch {
            services.log.warning("\(error)")
        }
    }

    /// Puts into log and console what was done to the installed system.
    func tell(_ report: SeedReport) {
        report.warnings.forEach { services.log.warning("\($0)") }
        report.notes.forEach { services.agentLog.note($0) }
        report.written.forEach { services.agentLog.note("wrote \($0)") }
    }

    /// Puts the NoCloud seed and the operator's files into the installed system.
    func seedRoot() -> Step<RootFound, SeededRoot> {
        Step(.seedRoot) { found, _ in
            let job = found.job
            let order = SeedOrder(
                hostname: job.vars.identity.hostname,
                instanceID: job.vars.instanceID(machineUUID: job.machine.uuid) ?? "",
                provisionID: job.vars.identity.provisionID, seedsCloudInit: job.vars.system.seedsCloudInit,
                seed: NoCloudSeed(
                    metaData: DeployDirectory.seedFile("meta-data"), userData: DeployDirectory.seedFile("user-data"),
                    networkConfig: DeployDirectory.seedFile("network-config"),
                    vendorData: DeployDirectory.seedFile("vendor-data")),
                resetsMachineID: job.vars.system.resetsMachineID,
                nameServers: job.vars.network.nameServers.map { "\($0)" },
                kubelet: KubeletIdentity(
                    providerID: job.vars.identity.providerID, zone: job.vars.identity.failureDomain,
                    region: job.vars.identity.region),
                kernelParameters: job.vars.system.extraKernelParameters ?? "", fileTrees: DeployDirectory.fileTrees)
            let report = try await offPool("seed root") {
                try watched("seeding", device: found.root.partition.devicePath, timeout: .seconds(600)) {
                    try found.root.seed(order)
                }
            }
            tell(report)
            return SeededRoot(written: found.written, root: found.root)
        }
    }
}

extension GPT {
    /// What the kernel is told of each partition.
    var extents: [PartitionExtent] {
        entries.map { entry in
            PartitionExtent(
                number: entry.number, startBytes: UInt64(clamping: firstByte(of: entry)),
                lengthBytes: UInt64(clamping: byteCount(of: entry)))
        }
    }
}

extension PartitionTable {
    /// The table, if it is a GPT.
    var gpt: GPT? {
        if case .gpt(let table) = self { table } else { nil }
    }
}
