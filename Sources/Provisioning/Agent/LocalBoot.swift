import BlockDevices
import Diagnostics
import Glibc
import InitRuntime
import LinuxSystem
import TargetSystem

/// What follows a controller's "this machine must not be touched" (409 or 410): the local disk is booted, unwritten.
///
/// A restart could come straight back here, from an ISO that is still in the drive or a network boot that comes first.
/// So the system that is installed is started by kexec if there is exactly one; its file systems are mounted read-only
/// and their journals left alone.
struct LocalBoot: Sendable {
    let services: Services

    /// How the agent is to end.
    func leave(status: Int) async -> AgentOutcome {
        services.console.say("")
        services.console.say("martlet: the controller says that this machine must not be touched (HTTP \(status))")
        services.console.say("  nothing was written; booting the local disk")
        var outcome = AgentOutcome.kexec
        do {
            let title = try await offPool("local boot") { try load() }
            services.console.say("  kernel    \(title)")
        } catch {
            services.console.say("  no kernel was loaded from a local disk: \(error.explanation)")
            services.console.say("  restarting through the firmware instead, in 30 s")
            try? await Task.sleep(for: .seconds(30))
            outcome = .restart
        }
        await services.controller?.drain()
        return outcome
    }

    private func load() throws -> String {
        let loadModule: ModuleLoading = { [services] in services.loadModule($0) }
        var holders: [Disk] = []
        var mirrors: Set<ArrayUUID> = []
        for disk in try BlockSysfs().disks() where disk.kind == .disk && !disk.isRemovable {
            do {
                // Closed at once: two disks may have volumes of the same name.
                try InstalledSystem.find(on: disk, loadModule: loadModule).close()
                // All disks of a mirror hold the same system.
                let mirror = try ArrayUUID.ofMirror(on: disk)
                guard mirror.map({ mirrors.insert($0).inserted }) ?? true else { continue }
                holders.append(disk)
            } catch {
                services.agentLog.note("\(disk.devicePath) is not booted: \(error.explanation)")
            }
        }
        guard let only = holders.first, holders.count == 1 else {
            throw NoLocalSystem(found: holders.map(\.devicePath))
        }
        let system = try InstalledSystem.find(on: only, loadModule: loadModule)
        defer { try? system.close() }
        let root = try system.mount(at: Steps.mountPoint, loadModule: loadModule)
        defer { try? root.unmount() }
        return try KernelLoading.load(from: root, extra: "", services).title
    }
}

/// No installed system, or more than one.
struct NoLocalSystem: ExplainedError {
    let found: [String]
    var description: String {
        found.isEmpty
            ? "no local disk holds a system that could be found"
            : "several local disks hold a system: \(found.joined(separator: ", "))"
    }
    var advice: String { "choose the disk in the firmware's boot menu" }
}
