import Diagnostics

/// What happens on failure.
public enum RescueMode: String, CaseIterable, Sendable {
    /// Open a shell on every console.
    case shell
    /// Restart the machine.
    case reboot
    /// Try again after a pause.
    case retry
    /// Wait for the controller's commands.
    case wait
}

/// The failure path.
public struct RescueVars: Equatable, Sendable {
    /// What happens.
    public var mode = RescueMode.shell
    /// Seconds after which the machine restarts; 0 for never.
    public var timeoutSeconds = 0
    /// A key that may log in by SSH.
    public var sshPublicKey: String?
    /// A crypt(5) hash of the password for the shell; `nil` for an open shell.
    public var passwordHash: Secret<String>?
    /// Whether the target root is mounted read-only at `/newroot` for the shell.
    public var mountsTarget = false

    /// An open shell, for as long as it takes.
    public init() {}

    init(_ reader: inout VarsReader) {
        mode = reader.choice(.rescueMode, default: .shell)
        timeoutSeconds = reader.number(.rescueTimeout, in: 0...31_536_000, unit: "seconds") ?? 0
        sshPublicKey = reader.text(.rescueSSHPublicKey)
        passwordHash = reader.value(
            .rescuePasswordHash,
            allowed: "it must be a crypt(5) hash that begins with \"$\" and a method, in single quotes"
        ) { text in
            let fields = text.split(separator: "$", omittingEmptySubsequences: false)
            return fields.count >= 4 && fields.first == "" && !fields[1].isEmpty && fields.last != ""
                && text.utf8.allSatisfy({ (0x21...0x7e).contains($0) && $0 != UInt8(ascii: ":") })
                ? Secret(text) : nil
        }
        mountsTarget = reader.boolean(.rescueAutoMount, default: false)
    }
}
