import Diagnostics
import Glibc
import LinuxSystem

extension MountedRoot {
    /// Runs commands of the operator in the installed system, one after the other, each by its `/bin/sh`.
    ///
    /// They find `/proc`, `/sys`, `/dev`, an empty `/run`, EFI variables where there are any, and this machine's name
    /// servers. What they leave running is killed, and nothing stays mounted.
    /// - Parameters:
    ///   - limit: the longest that one command may take.
    ///   - output: gets every line that they print.
    /// - Returns: what was done beside; a system that uses SELinux is to label what they wrote.
    /// - Throws: `hookNotStarted`, `hookFailed`; those that follow are not run.
    public func run(
        _ commands: [String], limit: Duration, output: (String) -> Void
    ) throws(TargetSystemError) -> SeedReport {
        var editor = RootEditor(directory)
        for command in commands {
            try HookRun(root: directory, mountPoint: mountPoint, limit: limit).run(command, output: output)
        }
        if !commands.isEmpty, SecurityLabels.areUsed(by: directory) {
            try SecurityLabels.orderRelabelling(&editor, because: "commands have written files without SELinux labels")
        }
        return editor.report
    }
}

/// One command in the installed system.
struct HookRun {
    private static let resolverFile = "/etc/resolv.conf"
    private static let startTimeout: Duration = .seconds(60)
    private static let environment = [
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8", "TERM=dumb",
        "DEBIAN_FRONTEND=noninteractive",
    ]

    let root: RootDirectory
    let mountPoint: String
    let limit: Duration
    /// What the command is to use for name servers.
    var resolver: [UInt8]? = try? Files.read(Self.resolverFile)

    func run(_ command: String, output: (String) -> Void) throws(TargetSystemError) {
        let processes: HookProcesses
        let reader: Descriptor
        let pid: pid_t
        let hasLentResolver = lendResolver()
        defer { if hasLentResolver { takeResolverBack() } }
        do {
            for path in HookNamespace.mountPoints { try root.makeDirectories(path) }
            processes = try HookProcesses(mountPoint)
            (pid, reader) = try start(command)
        } catch {
            throw .hookNotStarted(command: HookName.of(command), cause: error.explanation)
        }
        defer { processes.end() }
        var lines = HookOutput()
        let ending = follow(pid, reader, processes) { bytes in lines.add(bytes).forEach(output) }
        lines.finish().map(output)
        guard ending != .exited(0) else { return }
        let how = ending?.description ?? "had not ended after \(limit.components.seconds) s and was killed"
        throw .hookFailed(command: HookName.of(command), ending: how, lines: lines.lastLines)
    }

    /// The root of a thread is changed, and that thread starts the command.
    private func start(_ command: String) throws -> (pid: pid_t, reader: Descriptor) {
        let (reader, writer) = try Channels.pipe()
        let namespace = HookNamespace(
            mountPoint: mountPoint, resolver: resolver, resolverLink: root.linkTarget(Self.resolverFile))
        let started = Monitor<Result<pid_t, any Error>?>(nil)
        let isGivenUp = Monitor(false)
        try NativeThread.start("hook") { [environment = Self.environment, mountPoint] in
            let outcome = Result { () throws -> pid_t in
                try namespace.enter()
                if isGivenUp.update({ $0 }) {
                    throw SystemCallError(call: "mount", subject: mountPoint, errno: .timedOut)
                }
                return try ChildProcess.spawn(
                    "/bin/sh", arguments: ["sh", "-c", command], environment: environment,
                    streams: [.file("/dev/null", flags: O_RDONLY), .descriptor(writer), .descriptor(writer)],
                    newSession: true)
            }
            started.update { $0 = outcome }
        }
        guard let outcome = started.wait(timeout: Self.startTimeout, until: { $0 }) else {
            isGivenUp.update { $0 = true }
            throw StuckCallError(call: "mount", device: mountPoint, waited: Self.startTimeout)
        }
        return (try outcome.get(), reader)
    }

    /// Reads until the command has ended, or its time is over and it is killed.
    ///
    /// - Returns: how it ended; `nil` when it was killed for its time.
    private func follow(
        _ pid: pid_t, _ reader: Descriptor, _ processes: HookProcesses, _ take: (ArraySlice<UInt8>) -> Void
    ) -> ChildProcess.Ending? {
        let deadline = ContinuousClock.now + limit
        var ending: ChildProcess.Ending?
        while ending == nil, ContinuousClock.now < deadline {
            // One that has closed its output may go on for long, and would be asked without a pause.
            if !read(reader, timeout: 100, take) { usleep(50_000) }
            ending = (try? ChildProcess.reap(pid)) ?? ending
        }
        if ending == nil {
            kill(-pid, SIGKILL)
            for _ in 0..<50 {
                if let killed = try? ChildProcess.reap(pid), killed == .killed(signal: SIGKILL) { break }
                usleep(100_000)
            }
        }
        processes.end()
        while read(reader, timeout: 0, take) {}
        return ending
    }

    /// Takes in what there is; `false` when nothing came.
    private func read(_ reader: Descriptor, timeout: Int32, _ take: (ArraySlice<UInt8>) -> Void) -> Bool {
        guard Polling.readable([reader.rawValue], timeout: timeout).first == true else { return false }
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        let count = chunk.withUnsafeMutableBytes { try? reader.read(into: $0) } ?? 0
        take(chunk[..<count])
        return count > 0
    }

    /// A system without any `/etc/resolv.conf` gets this machine's for the time of the command.
    private func lendResolver() -> Bool {
        guard let resolver, root.status(Self.resolverFile, followsLink: false) == nil else { return false }
        return (try? root.write(resolver, to: Self.resolverFile, mode: 0o644)) != nil
    }

    private func takeResolverBack() {
        guard let resolver, (try? root.read(Self.resolverFile)) == resolver else { return }
        try? root.remove(Self.resolverFile)
    }
}
