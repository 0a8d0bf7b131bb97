import Diagnostics

/// A network configuration that contradicts itself, or cannot be read.
public struct NetworkConfigurationError: ExplainedError, Equatable {
    /// Where the configuration was asked for.
    public let source: NetworkSource
    /// Every contradiction, one clause each.
    public let problems: [String]

    /// Contradictions of a configuration.
    public init(source: NetworkSource, problems: [String]) {
        self.source = source
        self.problems = problems
    }

    /// All contradictions in one sentence.
    public var description: String {
        "the network configuration from \(source) is invalid: \(problems.joined(separator: "; "))"
    }

    /// What to try.
    public var advice: String {
        switch source {
        case .vars: "correct STATIC_*, BOND_*, VLANS, MTU and dns_resolver in the vars"
        case .netplan(let path): "correct \(path)"
        case .kernelArguments: "correct ip=, bond=, vlan= and nameserver= on the kernel command line"
        case .automatic: "correct MTU and dns_resolver in the vars"
        }
    }
}
