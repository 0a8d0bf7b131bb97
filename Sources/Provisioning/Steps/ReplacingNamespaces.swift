import BlockDevices
import DeployVars
import DiskErase
import LinuxSystem
import Pipeline

extension Steps {
    /// How long the kernel may take to see what has become of a controller's namespaces.
    private static let namespacePatience = Duration.seconds(60)

    /// Deletes the namespaces of a controller, which are released, makes the new ones, and takes hold of the first.
    ///
    /// A power cut in between leaves fewer namespaces, or none: the next run finds the controller by its serial number, and
    /// begins with what is left.
    func replaceNamespaces(
        _ target: NamespaceTarget, _ released: [PinnedDisk], for job: Configured, _ progress: StepProgress
    ) async throws -> PinnedDisk {
        let path = target.controller.device.devicePath
        let namespaces = try await offPool("open controller") { [services] in
            try NVMeNamespaces(of: path) { message, percent in
                services.agentLog.note(message)
                progress(message, percent: percent)
            }
        }
        released.forEach { $0.drop() }
        try await offPool("delete namespaces") { try namespaces.delete(target.replacement) }
        for namespace in target.replacement.deleted {
            say("deleted namespace \(namespace.identifier) of \(path), \(target.size(namespace))")
        }
        // Old and new ones may have the same identifiers.
        let _: Bool = try await seen("deleted namespaces are still disks", of: path, namespaces) {
            target.haveGone(from: try BlockSysfs().disks()) ? true : nil
        }
        let identifiers = try await offPool("make namespaces") { try namespaces.create(target.replacement) }
        for (identifier, namespace) in zip(identifiers, target.replacement.created) {
            say("made namespace \(identifier) of \(path), \(target.describe(namespace))")
        }
        guard let first = identifiers.first else { throw NamespaceError.changed(controller: path) }
        let disk = try await seen("no disk is there for namespace \(first)", of: path, namespaces) {
            try BlockSysfs().namespace(first, of: target.controller.device).flatMap { disk in
                Files.exists(disk.devicePath) ? disk : nil
            }
        }
        say("target \(describe(disk))")
        let media = try await offPool("boot media") { [services] in
            LabelledVolume.bootMedia(among: try BlockSysfs().disks()) { services.log.warning("\($0)") }
        }
        let scope = ReleaseScope(job.vars.preparation, bootMedia: media, otherTargets: [])
        // What is erased was erased before it was deleted: what is new holds nothing, unless something was deleted earlier.
        return try await release(disk, scope, for: job, erases: target.replacement.deleted.isEmpty, progress)
    }

    private func say(_ line: String) {
        services.console.say("  \(line)")
        services.agentLog.note(line)
    }

    /// Looks until there is something to see, and makes the kernel look anew once a second.
    private func seen<Value: Sendable>(
        _ what: String, of controller: String, _ namespaces: NVMeNamespaces,
        _ look: @escaping @Sendable () throws -> Value?
    ) async throws -> Value {
        let clock = ContinuousClock()
        let deadline = clock.now + Self.namespacePatience
        while clock.now < deadline {
            try await offPool("rescan") { try namespaces.rescan() }
            for _ in 0..<10 {
                if let value = try await offPool("look for namespaces", look) { return value }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
        throw NamespaceError.notSeen(controller: controller, what: what, waited: Self.namespacePatience)
    }
}

extension NamespaceTarget {
    /// Whether none of the old namespaces is a disk any more.
    func haveGone(from disks: [Disk]) -> Bool {
        !controller.namespaces.contains { old in
            disks.contains { $0.name == old.name && $0.sequence == old.sequence }
        }
    }
}
