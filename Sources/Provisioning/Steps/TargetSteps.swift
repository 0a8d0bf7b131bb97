import BlockDevices
import DeployVars
import LinuxSystem
import PartitionTable
import Pipeline
import TargetSystem

extension Steps {
    static let mountPoint = "/newroot"

    /// Tells the kernel of the partitions, which no table on the disk shows yet, and mounts the one that is the root.
    func findRoot() -> Step<WrittenDisk, RootFound> {
        Step(.findRoot) { written, progress in
            let (root, names, devices) = try await offPool("find root") { try mountRoot(of: written) }
            services.onFailure {
                services.console.say("  unmounting \(Self.mountPoint)")
                try? await offPool("unmount") { unmount(root) }
            }
            root.warnings.forEach { services.log.warning("\($0)") }
            let system = root.osRelease.prettyName
            services.console.say("  root      \(root.partition), \(system)")
            services.agentLog.note("root \(root.partition), \(system)")
            if written.pinned.array != nil {
                progress("looking whether the system runs from a mirror")
                try await checkMirror(for: written.job) {
                    try watched("reading", device: root.partition.devicePath, timeout: .seconds(120)) {
                        try root.checkRunsFromMirror()
                    }
                }
            }
            progress("comparing the root's names with other disks")
            try await offPool("second copies of the root") { try checkThatNoOtherDiskHas(names, root, written) }
            return RootFound(written: try await growing(root, devices.volumes, on: written), root: root)
        }
    }

    /// Looks at a system that is to run from a mirror. With RAID_BOOT_CHECK=false the operator vouches for it, and what is
    /// found is a warning.
    func checkMirror(for job: Configured, _ check: @escaping @Sendable () throws -> Void) async throws {
        do {
            try await offPool("mirror", check)
        } catch let error as TargetSystemError where !job.vars.preparation.checksMirrorBoot {
            services.log.warning("\(error)")
        }
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
                kernelParameters: job.vars.system.extraKernelParameters ?? "",
                mirror: found.written.pinned.array.map { SystemMirror($0) }, fileTrees: DeployDirectory.fileTrees)
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

extension SystemMirror {
    init(_ array: MirrorArray) {
        self.init(uuid: array.uuid.description, name: MirrorArray.name)
    }
}

extension PartitionTable {
    /// The table, if it is a GPT.
    var gpt: GPT? {
        if case .gpt(let table) = self { table } else { nil }
    }
}
