/// An error that reaches a person: its description says what failed, on what and why; its advice says what to try.
public protocol ExplainedError: Error, CustomStringConvertible {
    /// One sentence an operator can act on, such as `check DISK_SERIAL against the list above`; empty when there is none.
    var advice: String { get }
}

extension Error {
    /// What failed, on what and why, in one sentence without a final full stop.
    public var explanation: String { String(describing: self) }

    /// What to try, when the error knows.
    public var advisedAction: String {
        (self as? any ExplainedError)?.advice ?? ""
    }
}
