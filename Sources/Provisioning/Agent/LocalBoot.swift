import BlockDevices
import Diagnostics
import Glibc
import InitRuntime
import LinuxSystem
import PartitionTable
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
        let candidates = try BlockSysfs().disks().filter { $0.kind == .disk && !$0.isRemovable }.compactMap(candidate)
        guard let only = candidates.first, candidates.count == 1 else {
            throw NoLocalSystem(found: candidates.map(\.root.devicePath))
        }
        let root = try MountedRoot.mount(
            only.root, among: only.partitions, at: Steps.mountPoint, readOnly: true
        ) { [services] in services.loadModule($0) }
        defer { try? root.unmount() }
        return try KernelLoading.load(from: root, extra: "", services).title
    }

    private func candidate(_ disk: Disk) -> (root: TargetPartition, partitions: [TargetPartition])? {
        let head = try? watched("read", device: disk.devicePath, timeout: .seconds(20)) {
            try Descriptor.open(disk.devicePath, O_RDONLY).readBytes(count: PartitionTable.usualHeadLength, at: 0)
        }
        guard let head, let table = try? PartitionTable.read(imageHead: head, sectorSize: disk.logicalSectorSize),
            let gpt = table.gpt
        else { return nil }
        let paths = Dictionary(disk.partitions.map { ($0.number, $0.devicePath) }) { first, _ in first }
        let entries = (try? table.partitions { _, _ in [] }) ?? []
        let partitions = TargetPartition.all(of: entries, devicePath: { paths[$0] }, probe: Signatures.identity)
        return (try? gpt.rootPartition()).flatMap { entry in
            partitions.first { $0.number == entry.number }.map { ($0, partitions) }
        }
    }
}

/// No installed system, or more than one.
struct NoLocalSystem: ExplainedError {
    let found: [String]
    var description: String {
        found.isEmpty
            ? "no local disk has a partition of this architecture's root type"
            : "several local disks hold a system: \(found.joined(separator: ", "))"
    }
    var advice: String { "choose the disk in the firmware's boot menu" }
}
