/// Valid vars and what deserves a warning in them.
public struct ParsedVars: Equatable, Sendable {
    /// The value.
    public let vars: DeployVars
    /// Unknown keys, and keys this version does not act upon, in order of lines. Each must be shown loudly.
    public let warnings: [VarsWarning]

    /// The warnings for keys that are valid and not acted upon.
    public var unsupported: [VarsWarning] { warnings.filter { $0.kind == .unsupported } }
}

extension DeployVars {
    /// Reads the text of `/deploy/vars`.
    ///
    /// - Throws: all errors together, with what can still be used to report them.
    public static func parse(_ text: String) throws(DeployVarsErrors) -> ParsedVars {
        try parse(Array(text.utf8))
    }

    /// Reads the bytes of `/deploy/vars`; any bytes may come.
    ///
    /// - Throws: all errors together, with what can still be used to report them.
    public static func parse(_ bytes: [UInt8]) throws(DeployVarsErrors) -> ParsedVars {
        let syntax = VarsSyntax(bytes)
        var check = VarsCheck(syntax)
        let vars = check.read(syntax)
        guard check.problems.isEmpty else {
            throw DeployVarsErrors(
                problems: check.problems.sorted(by: inOrderOfLines), warnings: check.warnings,
                reporting: ReportingVars(vars))
        }
        return ParsedVars(vars: vars, warnings: check.warnings)
    }
}

func inOrderOfLines(_ left: VarsProblem, _ right: VarsProblem) -> Bool {
    (left.line ?? .max, left.reason) < (right.line ?? .max, right.reason)
}
