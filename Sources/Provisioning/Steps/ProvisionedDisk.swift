import BlockDevices
import DeployVars
import Diagnostics
import InitRuntime
import LinuxSystem
import Pipeline
import TargetSystem

extension InstalledSystem {
    /// The system on a disk of this machine. Where the disk's table does not tell, its file systems are looked into.
    ///
    /// - Throws: what `partitions(on:)` throws; `TargetSystemError` when none or several of its partitions and logical
    ///   volumes are a root.
    static func find(
        on disk: Disk, selector: RootSelector = .automatic, loadModule: @escaping ModuleLoading
    ) throws -> InstalledSystem {
        let table = try partitions(on: disk.devicePath, sectorSize: disk.logicalSectorSize)
        let paths = Dictionary(disk.partitions.map { ($0.number, $0.devicePath) }) { first, _ in first }
        // Those that something holds are no volumes of ours to activate.
        let free = disk.partitions.filter(\.holders.isEmpty).map(\.devicePath)
        let volumes = try LogicalVolumes(on: free) { try loadModule($0) }
        let partitions =
            TargetPartition.all(of: table, devicePath: { paths[$0] }, probe: Signatures.identity)
            + volumes.active.map { TargetPartition($0) }
        do {
            let search = RootSearch(partitions, mountPoint: Steps.lookingPoint, loadModule: loadModule)
            return InstalledSystem(
                root: try search.root(for: selector), partitions: partitions, release: volumes.deactivate)
        } catch {
            try? volumes.deactivate()
            throw error
        }
    }
}

extension Steps {
    /// MODE=provision for a disk that this very order has provisioned before: its system is started, nothing is written.
    /// Otherwise an ISO that was left in the drive would reinstall a machine at its next restart.
    var bootProvisioned: Plan<ProvisionedDisk, AgentOutcome> {
        Plan(loadProvisioned())
            .then(reportSuccess())
            .then(handOver())
    }

    /// Looks whether the chosen disk holds what this order provisions: PROVISION_ID, in its root. Writes nothing. Any
    /// doubt means that it does not.
    func provisioned(_ disk: Disk, _ job: Configured, _ progress: StepProgress) async -> ProvisionedDisk? {
        // Whoever takes the system away does not mean to start it, and must not find it mounted.
        guard let order = job.vars.identity.provisionID, [.provision, .dryRun].contains(job.vars.mode) else {
            return nil
        }
        let selector = job.vars.root.selector
        do {
            let (system, found) = try await offPool("look for order") { [services] in
                let system = try InstalledSystem.find(on: disk, selector: selector) { services.loadModule($0) }
                do {
                    let found = try system.provisionID(at: Self.mountPoint) { services.loadModule($0) }
                    if found != order { try system.close() }
                    return (system, found)
                } catch {
                    try? system.close()
                    throw error
                }
            }
            guard found == order else {
                let what = found.map { "order \($0)" } ?? "no order"
                services.agentLog.note("\(system.root.devicePath) holds \(what), not \(order): it is provisioned")
                return nil
            }
            let consequence =
                job.vars.mode == .dryRun ? "a real run would boot it" : "it is booted, nothing is written"
            let notice = "\(system.root.devicePath) is already provisioned as PROVISION_ID \(order): \(consequence)"
            services.console.say("  \(notice)")
            services.agentLog.note(notice)
            progress(notice)
            return ProvisionedDisk(job: job, system: system)
        } catch {
            services.agentLog.note(
                "\(disk.devicePath) holds no system of order \(order), so it is provisioned: \(error.explanation)")
            return nil
        }
    }

    /// Puts the kernel of a disk that is provisioned already into memory.
    ///
    /// HANDOVER=reboot and poweroff were for the run that wrote the disk: with the medium of that run still in the drive
    /// they would lead back here for ever. Where kexec is not possible the machine restarts, but not before an operator
    /// could have stopped it.
    private func loadProvisioned() -> Step<ProvisionedDisk, SealedDisk> {
        Step(.loadKernel) { disk, progress in
            var outcome: AgentOutcome = disk.job.vars.handover == .stay ? .stay : .kexec
            if outcome == .kexec {
                do {
                    let title = try await offPool("load kernel") { [services] in
                        let root = try disk.system.mount(at: Self.mountPoint) { services.loadModule($0) }
                        defer {
                            try? root.unmount()
                            try? disk.system.close()
                        }
                        let extra = disk.job.vars.system.extraKernelParameters ?? ""
                        return try KernelLoading.load(from: root, extra: extra, services).title
                    }
                    services.console.say("  kernel    \(title)")
                } catch {
                    services.log.warning("\(error.explanation); the machine restarts through its firmware in 30 s")
                    progress("restarting through the firmware in 30 s")
                    try await Task.sleep(for: .seconds(30))
                    outcome = .restart
                }
            }
            return SealedDisk(job: disk.job, outcome: outcome, summary: nil)
        }
    }
}
