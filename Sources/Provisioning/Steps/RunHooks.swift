import BlockDevices
import DeployVars
import Glibc
import ImageStreaming
import LinuxSystem
import PartitionTable
import Pipeline
import TargetSystem

extension Steps {
    /// The longest that one command may take.
    private static let hookLimit: Duration = .seconds(600)

    /// Runs `POST_PROVISION_CMDS` in the installed system, which sees the whole disk as it will be. What they write to its
    /// head goes into the seal.
    func runHooks() -> Step<SeededRoot, SeededRoot> {
        Step(.runHooks) { seeded, progress in
            let commands = seeded.job.vars.system.postProvisionCommands
            guard !commands.isEmpty else { return seeded }
            for module in ["dm-mod", "loop", "efivarfs"] { services.loadModule(module) }
            let after = try await offPool("hooks") { try runHooks(commands, seeded, progress) }
            services.onFailure { try? await offPool("unmount") { unmount(after.root) } }
            return after
        }
    }

    private func runHooks(
        _ commands: [String], _ seeded: SeededRoot, _ progress: StepProgress
    ) throws -> SeededRoot {
        let disk = seeded.written.pinned.disk
        guard let table = seeded.written.withheld.table.gpt,
            seeded.root.devicePaths.allSatisfy({ KernelPartitions.number(of: $0, on: disk.name) != nil })
        else {
            services.log.warning(
                """
                not all of the installed system is on partitions of a GPT, so commands in it do not see \(disk.devicePath) as a whole: programs \
                that read the partition table, such as grub-install, fail
                """)
            try run(commands, in: seeded.root, progress)
            return seeded
        }
        var after = seeded
        try seeded.root.unmount()
        let kernel = KernelPartitions(of: disk.name, descriptor: try Descriptor.open(disk.devicePath, O_RDONLY))
        try kernel.removeAll()
        let nodes = { (number: Int) in "/dev/" + KernelPartitions.name(of: number, on: disk.name) }
        let view: WholeDiskView
        do {
            view = try putUpView(seeded, table)
        } catch let error as WholeDiskViewError {
            services.log.warning("\(error.explanation); commands run without it, and such as read the table fail")
            try kernel.replace(with: table.partitions.map(\.extent))
            after.root = try remount(seeded.root, table, devicePath: nodes)
            do {
                try run(commands, in: after.root, progress)
            } catch {
                unmount(after.root)
                throw error
            }
            return after
        }
        let head = try showing(view, seeded, table) { root in try run(commands, in: root, progress) }
        try after.written.withheld.adopt(head: head)
        // A command may have changed the table.
        let changed = after.written.withheld.table.gpt ?? table
        try kernel.replace(with: changed.partitions.map(\.extent))
        after.root = try remount(seeded.root, changed, devicePath: nodes)
        return after
    }

    private func putUpView(_ seeded: SeededRoot, _ table: GPT) throws -> WholeDiskView {
        let disk = seeded.written.pinned.disk
        let ends = seeded.written.withheld.ends
        let sector = UInt64(table.sectorSize)
        return try watched("whole-disk view", device: disk.devicePath, timeout: .seconds(60)) {
            try WholeDiskView(
                of: disk.devicePath, sectorSize: table.sectorSize, head: ends.head, tail: ends.tail,
                size: ends.tailEnd ?? disk.sizeBytes / sector * sector)
        }
    }

    /// Mounts the root from a view of the whole disk for the time of `body`, then takes the view down.
    ///
    /// - Returns: the head as it was left.
    private func showing(
        _ view: WholeDiskView, _ seeded: SeededRoot, _ table: GPT, _ body: (MountedRoot) throws -> Void
    ) throws -> [UInt8] {
        let disk = seeded.written.pinned.disk
        let outcome = Result { () throws -> Void in
            let root = try remount(seeded.root, table, devicePath: view.partitionPath)
            let links = DeviceLinks(
                TargetPartition.all(of: table.partitions, devicePath: view.partitionPath, probe: Signatures.identity)
                    .flatMap {
                        [
                            (folder: "by-uuid", name: $0.fileSystem?.uuid ?? "", target: $0.devicePath),
                            (folder: "by-partuuid", name: $0.partitionUUID, target: $0.devicePath),
                        ]
                    })
            let ran = Result { try body(root) }
            links.remove()
            let unmounted = Result { try root.unmount() }
            // Why a command failed is what matters, not what came of the unmount then.
            try ran.get()
            try unmounted.get()
        }
        let left = Result {
            try watched("whole-disk view", device: disk.devicePath, timeout: .seconds(600)) { try view.end() }
        }
        try outcome.get()
        return try left.get().head
    }

    private func remount(
        _ root: MountedRoot, _ table: GPT, devicePath: (Int) -> String?
    ) throws -> MountedRoot {
        let partitions = TargetPartition.all(of: table.partitions, devicePath: devicePath, probe: Signatures.identity)
        let selected = try RootSearch(partitions, mountPoint: Self.lookingPoint, loadModule: { _ in }).root(
            for: .number(root.partition.number))
        return try MountedRoot.mount(selected, among: partitions, at: Self.mountPoint) { [services] name in
            services.loadModule(name)
        }
    }

    private func run(_ commands: [String], in root: MountedRoot, _ progress: StepProgress) throws {
        var report = SeedReport()
        for (number, command) in commands.enumerated() {
            // Arguments may be secrets.
            let name = "command \(number + 1) of \(commands.count), \(HookName.of(command))"
            progress("running \(name)")
            services.agentLog.note("hook: running \(name)")
            report = try root.run([command], limit: Self.hookLimit) { line in
                services.console.say("  | \(line)")
                services.agentLog.note("hook: \(line)")
            }
        }
        tell(report)
    }
}
