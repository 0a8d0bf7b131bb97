import DeployVars
import LinuxSystem
import PartitionTable
import Pipeline
import TargetSystem

extension Steps {
    static let mountPoint = "/newroot"

    /// Tells the kernel of the partitions, which no table on the disk shows yet, and mounts the one that is the root.
    func findRoot() -> Step<WrittenDisk, RootFound> {
        Step(.findRoot) { written, _ in
            let (root, names) = try await offPool("find root") { try mountRoot(of: written) }
            services.onFailure {
                services.console.say("  unmounting \(Self.mountPoint)")
                try? await offPool("unmount") { unmount(root) }
            }
            root.warnings.forEach { services.log.warning("\($0)") }
            let system = root.osRelease.prettyName
            services.console.say("  root      \(root.partition), \(system)")
            services.agentLog.note("root \(root.partition), \(system)")
            try await offPool("second copies of the root") { try checkThatNoOtherDiskHas(names, root, written) }
            return RootFound(written: written, root: root)
        }
    }

    private func unmount(_ root: MountedRoot) {
        do throws(TargetSystemError) {
            try root.unmount()
        } catch {
            services.log.warning("\(error)")
        }
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
                fileTrees: DeployDirectory.fileTrees)
            let report = try await offPool("seed root") {
                try watched("seeding", device: found.root.partition.devicePath, timeout: .seconds(600)) {
                    try found.root.seed(order)
                }
            }
            report.warnings.forEach { services.log.warning("\($0)") }
            report.written.forEach { services.agentLog.note("wrote \($0)") }
            return SeededRoot(written: found.written, root: found.root)
        }
    }
}

extension PartitionTable {
    /// The table, if it is a GPT.
    var gpt: GPT? {
        if case .gpt(let table) = self { table } else { nil }
    }
}
