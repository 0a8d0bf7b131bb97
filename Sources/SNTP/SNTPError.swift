import Diagnostics

/// No time server told the time.
public struct SNTPError: ExplainedError, Equatable {
    /// One sentence per server, without a final full stop, such as `ntp.example (192.0.2.1): no answer in 5 s`.
    public let failures: [String]

    init(_ failures: [String]) {
        self.failures = failures
    }

    /// What failed, with a line per server.
    public var description: String {
        failures.isEmpty
            ? "no time server is known"
            : (["no time server told the time"] + failures.map { "  \($0)" }).joined(separator: "\n")
    }

    /// What to try.
    public var advice: String {
        failures.isEmpty
            ? "name one in NTP_SERVERS, or have the DHCP server send one (option 42)"
            : "check NTP_SERVERS, and that UDP port 123 is open between this machine and the servers"
    }
}
