import BlockDevices
import DeployVars
import Diagnostics
import DiskErase
import Glibc
import LinuxSystem
import Pipeline

extension Steps {
    /// What an array's own backup of a partition table, left by an earlier mirror, lies in at most.
    private static let mirrorTail: UInt64 = 4 << 20
    private static let usualTail: UInt64 = 1 << 20

    /// Releases the chosen disk, or both of a mirror, whose array is then made, or all namespaces of a controller, which are
    /// then replaced; erases them when that is asked for, and says what was done.
    func release(_ target: Target, for job: Configured, _ progress: StepProgress) async throws -> PinnedDisk {
        let held = try await releaseMembers(of: target, for: job, progress)
        switch target {
        case .disk(let disk):
            guard let pinned = held.first else { throw PinError.notHeld(disk.devicePath) }
            return pinned
        case .mirror(let mirror): return try await makeArray(mirror, held)
        case .namespaces(let namespaces): return try await replaceNamespaces(namespaces, held, for: job, progress)
        }
    }

    /// Releases each of the chosen disks.
    ///
    /// - Parameter beforeFirstWrite: called for each of them while it still holds what it held.
    func releaseMembers(
        of target: Target, for job: Configured, _ progress: StepProgress,
        beforeFirstWrite: @escaping @Sendable (Disk) -> Void = { _ in }
    ) async throws -> [PinnedDisk] {
        let (again, media) = try await choose(for: job.vars)
        let (chosen, now) = (target.namespaces, again.namespaces)
        guard now?.replacement == chosen?.replacement, target.members.count == again.members.count else {
            let controller = (chosen ?? now)?.controller.device.devicePath ?? target.disk.devicePath
            throw NamespaceError.changed(controller: controller)
        }
        for (disk, now) in zip(target.members, again.members)
        where now.name != disk.name || now.sequence != disk.sequence {
            throw OtherDisk(chosen: disk.devicePath, now: now.devicePath)
        }
        var held: [PinnedDisk] = []
        for disk in target.members {
            let others = Set(target.members.map(\.name)).subtracting([disk.name])
            let scope = ReleaseScope(job.vars.preparation, bootMedia: media, otherTargets: others)
            held.append(
                try await release(
                    disk, scope, for: job, erases: true, progress, beforeFirstWrite: beforeFirstWrite))
        }
        return held
    }

    /// Releases one disk and takes hold of it.
    ///
    /// - Parameters:
    ///   - erases: whether SECURE_ERASE counts for it.
    ///   - beforeFirstWrite: called while it still holds what it held.
    func release(
        _ disk: Disk, _ scope: ReleaseScope, for job: Configured, erases: Bool, _ progress: StepProgress,
        beforeFirstWrite: @escaping @Sendable (Disk) -> Void = { _ in }
    ) async throws -> PinnedDisk {
        try await endInterruptedErase(of: disk, progress)
        let (pinned, report) = try await offPool("release disk") {
            try DiskRelease().release(
                disk, scope: scope, tailBytes: scope.otherTargets.isEmpty ? Self.usualTail : Self.mirrorTail
            ) {
                services.formerPartitions.note(disk)
                beforeFirstWrite(disk)
            }
        }
        for line in report.lines {
            services.console.say("  \(line)")
            services.agentLog.note(line)
        }
        services.onFailure { pinned.drop() }
        if erases { try await eraseIfAsked(pinned, job.vars.preparation, progress) }
        return pinned
    }

    /// Loads the drivers of a mirror, before anything is written.
    ///
    /// - Throws: `MirrorError.noDriver`.
    func requireDriver(of mirror: Mirror?) throws {
        guard mirror != nil else { return }
        for module in ["md-mod", "raid1"] { services.loadModule(module) }
        guard (try? Files.readText("/proc/mdstat"))?.contains("[raid1]") == true else { throw MirrorError.noDriver }
    }

    private func makeArray(_ mirror: Mirror, _ held: [PinnedDisk]) async throws -> PinnedDisk {
        let array = try await offPool("make mirror") {
            try MirrorArray(mirror, held: held, time: UInt64(clamping: time(nil)))
        }
        services.onFailure { try? await offPool("stop mirror") { try array.stop() } }
        let pinned = try PinnedDisk(array)
        services.onFailure { pinned.drop() }
        let line = "\(mirror.names) are mirrored as \(array.disk.devicePath), md UUID \(array.uuid)"
        services.console.say("  \(line)")
        services.agentLog.note(line)
        return pinned
    }

    /// Stops the array of a sealed mirror, so that it is found as one that was stopped in good order. It boots all the same
    /// when that fails: md stops it at the latest when this kernel ends.
    func endMirror(_ pinned: PinnedDisk) {
        do {
            try pinned.array?.stop()
        } catch {
            services.log.warning("\(error.explanation); it is stopped when this kernel ends")
        }
    }
}

/// What matches the hints is not the disk that was chosen.
struct OtherDisk: ExplainedError {
    let chosen: String
    let now: String
    var description: String { "\(chosen) was chosen, but by now \(now) is what matches: disks came or went meanwhile" }
    var advice: String { "look at `martlet disks`, then `martlet retry`" }
}
