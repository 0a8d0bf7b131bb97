import Console
import Glibc
import InitRuntime
import LinuxSystem

/// What this program is asked to be when it is not PID 1: the agent, a helper of PID 1's, or the operator's `martlet`.
public enum Role: Sendable, Equatable {
    case agent
    case crashReport(cause: String)
    case flushDisks
    case command(RamdiskCommand)
    case help
    case unknown(String)

    /// Reads the program's arguments, without its own name.
    public init(arguments: [String]) {
        switch arguments.first {
        case nil, "help", "--help", "-h": self = .help
        case "agent": self = .agent
        case "report-crash": self = .crashReport(cause: arguments.dropFirst().first ?? "unknown cause")
        case "flush-disks": self = .flushDisks
        case let word?: self = RamdiskCommand(rawValue: word).map(Role.command) ?? .unknown(word)
        }
    }

    /// Does it.
    ///
    /// - Returns: the exit status.
    public func run() async -> Int32 {
        switch self {
        case .agent:
            let outcome = await Agent().run()
            outcome.announce()
            return outcome.rawValue
        case .crashReport(let cause):
            await CrashReport.send(cause: cause)
            return 0
        case .flushDisks:
            InitCommand.flushDisks()
            return 0
        case .command(let command): return await command.run()
        case .help:
            print(RamdiskCommand.help)
            return 0
        case .unknown(let word):
            complain("no command \(word)", "`martlet help` lists the commands")
            return 64
        }
    }
}

/// An error as every `martlet` command prints it.
func complain(_ what: String, _ advice: String) {
    let text = "martlet: \(what)" + (advice.isEmpty ? "\n" : "; \(advice)\n")
    Array(text.utf8).withUnsafeBytes { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
