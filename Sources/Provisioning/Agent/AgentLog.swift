import Console
import Glibc
import InitRuntime
import LinuxSystem
import Logging
import Synchronization

/// The agent's own log: a bounded file for `martlet log`, the last lines for the failure block, and `LOG_URL`.
///
/// Every line is scrubbed before it goes anywhere. Warnings and errors go to the console as well.
public final class AgentLog: Sendable {
    private struct State {
        var recent: [String] = []
        /// Lines kept for a controller that is not known yet.
        var backlog: [(Logger.Level, String)] = []
        var shipper: (@Sendable (Logger.Level, String) -> Void)?
        var bytesInFile = 0
    }

    private static let recentLimit = 20
    private static let backlogLimit = 2000
    private static let fileLimit = 4 << 20

    private let console: ConsoleWriter
    private let path: String
    private let showsDetail: Bool
    private let state = Mutex(State())

    /// A log that prints through a console.
    ///
    /// - Parameters:
    ///   - path: the file of the log. At 4 MiB it is moved to `path.1` and begun anew.
    ///   - showsDetail: puts every line on the console (`martlet.debug`).
    public init(console: ConsoleWriter, path: String = RunFiles.log, showsDetail: Bool) {
        self.console = console
        self.path = path
        self.showsDetail = showsDetail
    }

    /// A logger whose lines come here.
    public var logger: Logger {
        Logger(label: "martlet") { _ in AgentLogHandler(log: self, logLevel: self.showsDetail ? .debug : .info) }
    }

    /// Hands every further line to the controller's log, after all those that were kept for it.
    public func ship(to shipper: @escaping @Sendable (Logger.Level, String) -> Void) {
        state.withLock { state in
            for (level, text) in state.backlog { shipper(level, text) }
            state.backlog = []
            state.shipper = shipper
        }
    }

    /// The last lines, oldest first.
    public var recentLines: [String] { state.withLock { $0.recent } }

    /// Puts a line into the log that the operator sees in another form, or need not see.
    func note(_ text: String) {
        record(.info, text)
    }

    func record(_ level: Logger.Level, _ text: String) {
        let clean = console.scrub(text)
        let line = "[\(level.rawValue.uppercased())] " + clean.replacing("\n", with: " | ")
        state.withLock { state in
            state.recent.append(line)
            if state.recent.count > Self.recentLimit { state.recent.removeFirst() }
            if let shipper = state.shipper {
                shipper(level, clean)
            } else {
                state.backlog.append((level, clean))
                if state.backlog.count > Self.backlogLimit { state.backlog.removeFirst() }
            }
            append(line + "\n", &state)
        }
        if level >= .warning || showsDetail { console.say("  \(clean)") }
    }

    private func append(_ line: String, _ state: inout State) {
        let bytes = Array("\(uptime()) \(line)".utf8)
        if state.bytesInFile + bytes.count > Self.fileLimit {
            rename(path, path + ".1")
            state.bytesInFile = 0
        }
        guard let file = try? Descriptor.open(path, O_WRONLY | O_CREAT | O_APPEND) else { return }
        bytes.withUnsafeBytes { try? file.writeAll($0) }
        state.bytesInFile += bytes.count
    }

    private func uptime() -> String {
        var now = timespec()
        clock_gettime(CLOCK_BOOTTIME, &now)
        let milliseconds = String(now.tv_nsec / 1_000_000)
        return "\(now.tv_sec).\(String(repeating: "0", count: max(3 - milliseconds.count, 0)))\(milliseconds)"
    }
}

private struct AgentLogHandler: LogHandler {
    let log: AgentLog
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    init(log: AgentLog, logLevel: Logger.Level) {
        self.log = log
        self.logLevel = logLevel
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let fields = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        log.record(event.level, "\(event.message)\(fields)")
    }
}
