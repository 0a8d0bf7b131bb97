import Diagnostics

/// Everything that is wrong with `/deploy/vars`, together.
public struct DeployVarsErrors: ExplainedError {
    /// Every error, in order of lines. Never empty.
    public let problems: [VarsProblem]
    /// What deserves a warning besides.
    public let warnings: [VarsWarning]
    /// The parts that can still be used to report these errors.
    public let reporting: ReportingVars

    /// One sentence without a final full stop, with all errors.
    public var description: String {
        let count = problems.count == 1 ? "an error" : "\(problems.count) errors"
        return "/deploy/vars has \(count): " + problems.map(\.description).joined(separator: "; ")
    }

    /// What to try.
    public var advice: String {
        "correct /deploy/vars where it is made and boot again; nothing on this machine was touched"
    }
}
