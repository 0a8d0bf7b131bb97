import Diagnostics

/// The vars were made for another machine.
public struct WrongMachine: ExplainedError, Equatable {
    /// What differs, one clause each.
    public let differences: [String]

    /// One sentence without a final full stop.
    public var description: String {
        "these vars are for another machine: " + differences.joined(separator: "; ")
    }

    /// What to try.
    public var advice: String { "check which machine got which vars, or which BMC mounted which medium" }
}
