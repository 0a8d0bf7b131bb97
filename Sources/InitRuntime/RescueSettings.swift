import LinuxSystem

/// What PID 1 does once the agent has failed (`RESCUE_MODE`, `RESCUE_TIMEOUT`, `RESCUE_PASSWORD_HASH`).
public struct RescueSettings: Equatable, Sendable {
    /// The four modes of the vars contract.
    public enum Mode: String, Sendable {
        /// Open a shell on every console.
        case shell
        /// Restart the machine.
        case reboot
        /// Start the agent again after a pause.
        case retry
        /// The agent itself stays and waits for the controller's word; after a crash there is only the shell.
        case wait
    }

    /// What to do.
    public var mode: Mode
    /// Seconds after which a shell gives way to a restart; 0 for never.
    public var timeout: UInt32
    /// Whether the shell asks for root's password, whose hash the agent has put into `/etc/shadow`.
    public var asksPassword: Bool

    /// The default: a shell, for as long as it takes.
    public init(mode: Mode = .shell, timeout: UInt32 = 0, asksPassword: Bool = false) {
        self.mode = mode
        self.timeout = timeout
        self.asksPassword = asksPassword
    }

    /// The settings as one line of text.
    public var text: String { "\(mode.rawValue) \(timeout) \(asksPassword ? "password" : "open")\n" }

    /// Reads what `text` has; whatever is not understood is the default.
    public init(text: String) {
        self.init()
        let words = text.split(whereSeparator: \.isWhitespace)
        if let word = words.first, let known = Mode(rawValue: String(word)) { mode = known }
        if let word = words.dropFirst().first, let seconds = UInt32(word) { timeout = seconds }
        asksPassword = words.dropFirst(2).first == "password"
    }

    /// The settings that the agent left, or the default.
    public static func current() -> RescueSettings {
        guard let text = try? Files.readText(RunFiles.rescue, limit: 4096) else { return RescueSettings() }
        return RescueSettings(text: text)
    }
}
