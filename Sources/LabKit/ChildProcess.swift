import CLinux
import Foundation
import Glibc
import Synchronization

/// A program started by the lab: it runs until it ends, is killed, or the lab's own process ends, and it can be waited for
/// and killed without a race for its PID.
///
/// Its standard input is /dev/null; its standard output and error go to one file.
public final class ChildProcess: Sendable {
    /// How a program ended.
    public enum Ending: Sendable, Equatable {
        /// It called exit with this status.
        case exited(Int32)
        /// A signal of this number ended it.
        case signalled(Int32)
    }

    private struct State {
        var pid: pid_t?
        var spawnError: Int32?
        var ending: Ending?
    }

    /// The program's name, for errors.
    public let name: String
    /// The file that takes what it prints.
    public let outputPath: String
    private let state = Mutex(State())

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - arguments: the program (a path, or a name to look for in PATH) and its arguments.
    ///   - outputPath: the file that takes its standard output and error, emptied first.
    /// - Throws: `LabFailure` when it cannot be started.
    public init(_ arguments: [String], outputPath: String) throws {
        name = arguments.first.map { URL(fileURLWithPath: $0).lastPathComponent } ?? ""
        self.outputPath = outputPath
        // The kernel sends the parent-death signal when the *thread* that spawned the child ends (prctl(2)), so this
        // thread lives as long as the child does.
        let started = DispatchSemaphore(value: 0)
        let thread = Thread { [self] in
            let (pid, error) = Self.spawn(["setpriv", "--pdeathsig", "KILL", "--"] + arguments, outputPath: outputPath)
            state.withLock {
                $0.pid = pid
                $0.spawnError = error
            }
            started.signal()
            if let pid { reap(pid) }
        }
        thread.name = "child \(name)"
        thread.start()
        started.wait()
        if let error = state.withLock({ $0.spawnError }) {
            throw LabFailure("cannot start \(name): \(String(cString: strerror(error)))")
        }
    }

    /// How it ended, or `nil` while it runs.
    public var ending: Ending? {
        state.withLock { $0.ending }
    }

    /// Its process id while it runs.
    public var pid: pid_t? {
        state.withLock { $0.ending == nil ? $0.pid : nil }
    }

    /// Sends a signal, if it still runs.
    public func kill(_ signal: Int32 = SIGKILL) {
        // Under the lock the child is not reaped, so the number cannot belong to another process.
        state.withLock { state in
            guard let pid = state.pid, state.ending == nil else { return }
            _ = Glibc.kill(pid, signal)
        }
    }

    /// Waits for the end.
    ///
    /// - Throws: `LabFailure` when it still runs after `limit`.
    @discardableResult
    public func waitForEnd(within limit: Duration) async throws -> Ending {
        try await eventually("the end of \(name)", within: limit) { self.ending }
    }

    /// All it has printed so far.
    public var output: String {
        (try? String(decoding: Data(contentsOf: URL(fileURLWithPath: outputPath)), as: UTF8.self)) ?? ""
    }

    private func reap(_ pid: pid_t) {
        var information = siginfo_t()
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) == -1, errno == EINTR {}
        state.withLock { state in
            var status: Int32 = 0
            while waitpid(pid, &status, 0) == -1, errno == EINTR {}
            let signal = status & 0x7F
            state.ending = signal == 0 ? .exited((status >> 8) & 0xFF) : .signalled(signal)
        }
    }

    private static func spawn(_ arguments: [String], outputPath: String) -> (pid_t?, Int32?) {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        martlet_spawn_close_from(&actions, 3)
        // A group of its own keeps the terminal's Ctrl-C with the lab, which then ends its children itself.
        var allSignals = sigset_t()
        sigfillset(&allSignals)
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        posix_spawnattr_setsigdefault(&attributes, &allSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        posix_spawnattr_setflags(&attributes, Int16(truncatingIfNeeded: flags))

        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
        words.append(nil)
        defer { words.forEach { free($0) } }
        guard let program = arguments.first else { return (nil, EINVAL) }
        var pid: pid_t = 0
        let error = posix_spawnp(&pid, program, &actions, &attributes, words, environ)
        return error == 0 ? (pid, nil) : (nil, error)
    }
}
