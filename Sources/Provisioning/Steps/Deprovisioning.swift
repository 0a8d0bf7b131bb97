import BlockDevices
import DeployVars
import InitRuntime
import LinuxSystem
import Pipeline

/// The disk holds nothing that starts any more.
struct ClearedDisk: Sendable {
    let job: Configured
}

extension Steps {
    /// Ends MODE=deprovision: frees the disk of all that stands on it, its tables and signatures; with SECURE_ERASE also
    /// of all data.
    func wipeDisk() -> Step<ChosenDisk, ClearedDisk> {
        Step(.releaseDisk) { chosen, progress in
            // Before the wipe: were it after, a run that fails in between would leave entries of which no later run knows
            // that they led to this disk.
            let removesEntries = chosen.job.vars.system.bootEntry != .none
            let held = try await releaseMembers(of: chosen.target, for: chosen.job, progress) { disk in
                if removesEntries { removeBootEntries(to: disk) }
            }
            held.forEach { $0.drop() }
            return ClearedDisk(job: chosen.job)
        }
    }

    /// Ends MODE=soft-deprovision: no firmware and no kernel finds a partition table any more, and every byte of data
    /// stays. Arrays are not stopped: a disk that something holds is refused.
    func disableDisk() -> Step<ChosenDisk, ClearedDisk> {
        Step(.releaseDisk) { chosen, _ in
            for disk in chosen.target.members { try await disable(disk) }
            return ClearedDisk(job: chosen.job)
        }
    }

    private func disable(_ disk: Disk) async throws {
        let blanked = try await offPool("disable disk") {
            let pinned = try PinnedDisk(disk)
            let descriptor = try pinned.descriptor()
            let blanked = try watched("blanking signatures", device: disk.devicePath, timeout: .seconds(60)) {
                try BootSignatures.blank(descriptor)
            }
            try KernelPartitions(of: disk.name, descriptor: descriptor).removeAll()
            pinned.drop()
            return blanked
        }
        for line in blanked.isEmpty ? ["nothing: it had no partition table"] : blanked {
            services.console.say("  blanked   \(disk.devicePath): \(line)")
            services.agentLog.note("blanked \(disk.devicePath): \(line)")
        }
    }

    /// Tells the controller. There is no kernel to jump to: HANDOVER=kexec, the default, is a restart here.
    func reportCleared() -> Step<ClearedDisk, ReadyToLeave> {
        Step(.reportSuccess) { cleared, progress in
            await deliverSuccess(of: cleared.job, nil, progress)
            let wanted = AgentOutcome(cleared.job.vars.handover)
            return ReadyToLeave(job: cleared.job, outcome: wanted == .kexec ? .restart : wanted)
        }
    }
}
