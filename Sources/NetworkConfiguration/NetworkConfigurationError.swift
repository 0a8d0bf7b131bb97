import Diagnostics

/// A network configuration that contradicts itself.
public struct NetworkConfigurationError: ExplainedError, Equatable {
    /// Every contradiction, one clause each.
    public let problems: [String]

    /// All contradictions in one sentence.
    public var description: String {
        "the network configuration is invalid: \(problems.joined(separator: "; "))"
    }

    /// What to try.
    public var advice: String {
        "correct STATIC_IP, STATIC_GATEWAY, STATIC_IFACE, MTU and dns_resolver"
    }
}
