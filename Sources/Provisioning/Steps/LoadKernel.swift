import BootEntries
import DeployVars
import InitRuntime
import Kexec
import LinuxSystem
import Pipeline
import TargetSystem

extension Steps {
    /// Puts the installed kernel into memory while its files can be read, then unmounts the root.
    ///
    /// Where kexec is refused, or nothing that it could load is found, the machine will restart instead: its firmware
    /// boots the disk.
    func loadKernel() -> Step<SeededRoot, LoadedDisk> {
        Step(.loadKernel) { seeded, _ in
            var outcome = AgentOutcome(seeded.job.vars.handover)
            // After the hooks, which may have made the menu.
            try await checkMirror(for: seeded.job) { try requireMirrorInMenu(of: seeded) }
            if outcome == .kexec {
                do {
                    let (title, commandLine) = try await offPool("load kernel") {
                        let mirror = seeded.written.pinned.array.map { SystemMirror($0) }
                        let extra = [
                            seeded.job.vars.system.extraKernelParameters ?? "",
                            seeded.root.kernelParameters(for: mirror),
                        ]
                        return try KernelLoading.load(
                            from: seeded.root, extra: extra.joined(separator: " "), services)
                    }
                    services.console.say("  kernel    \(title)")
                    services.agentLog.note("kernel \(title), arguments \(commandLine)")
                } catch {
                    services.log.warning("\(error.explanation); the machine will restart instead")
                    outcome = .restart
                }
            }
            await writeBootEntry(seeded)
            try await offPool("unmount root") { try seeded.root.unmount() }
            return LoadedDisk(written: seeded.written, outcome: outcome)
        }
    }
}

extension Steps {
    /// Makes sure that every later boot is told of the mirror, where the installed system has to be told. Started without,
    /// it would run from one of the two disks alone.
    ///
    /// - Throws: `TargetSystemError.noMirrorSupport`.
    private func requireMirrorInMenu(of seeded: SeededRoot) throws {
        let needed = seeded.root.kernelParameters(for: seeded.written.pinned.array.map { SystemMirror($0) })
        guard !needed.isEmpty else { return }
        let arguments = (try? seeded.root.installedKernel())?.arguments ?? ""
        guard arguments.split(separator: " ").contains(Substring(needed)) else {
            throw TargetSystemError.noMirrorSupport(
                missing:
                    "its boot loader does not pass \(needed) to the kernel, without which dracut assembles no mirror")
        }
    }
}

/// From a mounted root to a kernel in memory.
enum KernelLoading {
    /// - Returns: the menu entry's title and the kernel's arguments.
    static func load(
        from root: MountedRoot, extra: String, _ services: Services
    ) throws -> (title: String, commandLine: String) {
        let installed = try root.installedKernel()
        installed.notes.forEach { services.agentLog.note($0) }
        let running = (try? Files.readText("/proc/cmdline")) ?? ""
        let commandLine = KernelCommandLine.compose(
            entry: installed.arguments, extra: extra, consoles: KernelCommandLine.consoles(of: running))
        try watched("kexec_file_load", device: installed.title, timeout: .seconds(120)) {
            try Kexec.load(
                kernel: installed.kernel, initrds: installed.initrds.map { .file($0) }, commandLine: commandLine)
        }
        return (installed.title, commandLine)
    }
}

extension AgentOutcome {
    init(_ handover: Handover) {
        self =
            switch handover {
            case .kexec: .kexec
            case .reboot: .restart
            case .poweroff: .powerOff
            case .stay: .stay
            }
    }
}
