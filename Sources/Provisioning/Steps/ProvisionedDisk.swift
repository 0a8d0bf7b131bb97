import BlockDevices
import DeployVars
import Diagnostics
import InitRuntime
import LinuxSystem
import Pipeline
import TargetSystem

extension Steps {
    /// MODE=provision for a disk that this very order has provisioned before: its system is started, nothing is written.
    /// Otherwise an ISO that was left in the drive would reinstall a machine at its next restart.
    var bootProvisioned: Plan<ProvisionedDisk, AgentOutcome> {
        Plan(loadProvisioned())
            .then(reportSuccess())
            .then(handOver())
    }

    /// The same for a mirror: each of its disks holds the whole system, and one of them may be new. They are looked at one
    /// by one, for a look at the array would change it.
    func provisioned(_ target: Target, _ job: Configured, _ progress: StepProgress) async throws -> ProvisionedDisk? {
        for disk in target.members {
            if let found = try await provisioned(disk, job, progress) { return found }
        }
        return nil
    }

    /// Looks whether the chosen disk holds what this order provisions: PROVISION_ID, in its root. Writes nothing.
    ///
    /// - Throws: `UnknownOrder` when that could not be found out: a disk is not wiped because it cannot be read.
    private func provisioned(_ disk: Disk, _ job: Configured, _ progress: StepProgress) async throws -> ProvisionedDisk?
    {
        // Whoever takes the system away does not mean to start it.
        guard let order = job.vars.identity.provisionID, [.provision, .dryRun].contains(job.vars.mode) else {
            return nil
        }
        let selector = job.vars.root.selector
        do {
            let (root, found) = try await offPool("look for order") { try self.order(on: disk, selector) }
            guard found == order else {
                let what = found.map { "order \($0)" } ?? "no order"
                services.agentLog.note("\(root) holds \(what), not \(order): it is provisioned")
                return nil
            }
            let consequence =
                job.vars.mode == .dryRun ? "a real run would boot it" : "it is booted, nothing is written"
            let notice = "\(root) is already provisioned as PROVISION_ID \(order): \(consequence)"
            services.console.say("  \(notice)")
            services.agentLog.note(notice)
            progress(notice)
            return ProvisionedDisk(job: job, disk: disk)
        } catch let error as NoSystem {
            services.agentLog.note("\(error); it is provisioned")
            return nil
        } catch {
            throw UnknownOrder(disk: disk.devicePath, order: order, cause: error.explanation)
        }
    }

    /// The root on a disk and the order that it holds; logical volumes are no devices any more afterwards.
    private func order(on disk: Disk, _ selector: RootSelector) throws -> (root: String, order: String?) {
        let system = try InstalledSystem.find(on: disk, selector: selector) { [services] in services.loadModule($0) }
        do {
            let order = try system.provisionID(at: Self.mountPoint) { [services] in services.loadModule($0) }
            try system.close()
            return (system.root.devicePath, order)
        } catch {
            try? system.close()
            throw error
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
                        let selector = disk.job.vars.root.selector
                        let system = try InstalledSystem.find(on: disk.disk, selector: selector) {
                            services.loadModule($0)
                        }
                        defer { try? system.close() }
                        let root = try system.mount(at: Self.mountPoint) { services.loadModule($0) }
                        defer { try? root.unmount() }
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

/// Whether a disk holds what an order has provisioned could not be found out.
struct UnknownOrder: ExplainedError {
    let disk: String
    let order: String
    let cause: String
    var description: String {
        "cannot tell whether \(disk) holds what PROVISION_ID \(order) has provisioned, so it is not wiped: \(cause)"
    }
    var advice: String {
        "look at `martlet disks`; to overwrite the disk whatever it holds, run MODE=deprovision first, or leave out "
            + "PROVISION_ID"
    }
}
