import CLinux
import Glibc
import SystemPackage

/// Starting other programs: posix_spawn(3), and what became of them: waitpid(2).
public enum ChildProcess {
    /// What a child's standard descriptors are.
    public enum Stream: Sendable {
        /// An open descriptor, copied into the child.
        case descriptor(Descriptor)
        /// A file the child opens for itself. For a terminal, with `newSession`, it becomes the controlling terminal.
        case file(String, flags: Int32)
    }

    /// Starts a program.
    ///
    /// The child begins with no signal blocked and every signal at its default action, whatever this process has set.
    /// - Parameters:
    ///   - arguments: with the program's own name first.
    ///   - environment: whole, as `NAME=value`.
    ///   - streams: the child's descriptors, from 0 up. All others of this process are closed on exec.
    ///   - newSession: makes the child a session leader: setsid(2).
    /// - Returns: the child's process id.
    public static func spawn(
        _ path: String, arguments: [String], environment: [String], streams: [Stream], newSession: Bool = false
    ) throws(SystemCallError) -> pid_t {
        var attributes = posix_spawnattr_t()
        var actions = posix_spawn_file_actions_t()
        posix_spawnattr_init(&attributes)
        posix_spawn_file_actions_init(&actions)
        defer {
            posix_spawnattr_destroy(&attributes)
            posix_spawn_file_actions_destroy(&actions)
        }

        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        var flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        if newSession { flags |= martlet_spawn_setsid() }
        posix_spawnattr_setflags(&attributes, Int16(truncatingIfNeeded: flags))

        for (number, stream) in streams.enumerated() {
            let target = Int32(truncatingIfNeeded: number)
            switch stream {
            case .descriptor(let descriptor):
                posix_spawn_file_actions_adddup2(&actions, descriptor.rawValue, target)
            case .file(let file, let flags):
                posix_spawn_file_actions_addopen(&actions, target, file, flags, 0)
            }
        }

        let argv = CStringArray(arguments)
        let envp = CStringArray(environment)
        var pid: pid_t = 0
        let status = posix_spawn(&pid, path, &actions, &attributes, argv.pointers, envp.pointers)
        guard status == 0 else {
            throw SystemCallError(call: "posix_spawn", subject: path, errno: Errno(rawValue: status))
        }
        return pid
    }

    /// How a child ended.
    public enum Ending: Equatable, Sendable, CustomStringConvertible {
        /// It returned this status, 0 to 255.
        case exited(Int32)
        /// A signal killed it.
        case killed(signal: Int32)

        /// Decodes the status word of waitpid(2).
        public init(waitStatus status: Int32) {
            let signal = status & 0x7f
            self = signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal: signal)
        }

        /// As an error says it, such as `killed by SIGSEGV (signal 11)`.
        public var description: String {
            switch self {
            case .exited(let status): "exited with status \(status)"
            case .killed(let signal): "killed by \(signalName(signal)) (signal \(signal))"
            }
        }
    }

    /// Takes a child off the kernel's list if it has ended: waitpid(2) with `WNOHANG`.
    ///
    /// - Returns: `nil` while it runs.
    /// - Throws: `ECHILD` when it is no child of this process, or was taken off before.
    public static func reap(_ pid: pid_t) throws(SystemCallError) -> Ending? {
        var status: Int32 = 0
        let ended = try systemCall("waitpid", "\(pid)") { waitpid(pid, &status, WNOHANG) }
        return ended == pid ? Ending(waitStatus: status) : nil
    }

    /// Takes one ended child off the kernel's list, if there is one: waitpid(2) with `WNOHANG`.
    public static func reapOne() -> (pid: pid_t, ending: Ending)? {
        var status: Int32 = 0
        let pid = waitpid(-1, &status, WNOHANG)
        return pid > 0 ? (pid, Ending(waitStatus: status)) : nil
    }
}

private func signalName(_ signal: Int32) -> String {
    switch signal {
    case SIGHUP: "SIGHUP"
    case SIGINT: "SIGINT"
    case SIGQUIT: "SIGQUIT"
    case SIGILL: "SIGILL, a trap in the program"
    case SIGTRAP: "SIGTRAP, a trap in the program"
    case SIGABRT: "SIGABRT"
    case SIGBUS: "SIGBUS"
    case SIGFPE: "SIGFPE"
    case SIGKILL: "SIGKILL, as the kernel does when memory runs out"
    case SIGSEGV: "SIGSEGV"
    case SIGPIPE: "SIGPIPE"
    case SIGTERM: "SIGTERM"
    default: "a signal"
    }
}

/// A null-terminated array of C strings that lives as long as this object.
private final class CStringArray {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ strings: [String]) {
        count = strings.count
        pointers = .allocate(capacity: strings.count + 1)
        for (index, string) in strings.enumerated() { pointers[index] = strdup(string) }
        pointers[strings.count] = nil
    }

    deinit {
        for index in 0..<count { free(pointers[index]) }
        pointers.deallocate()
    }
}
