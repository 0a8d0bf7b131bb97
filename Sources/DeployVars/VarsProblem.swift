/// One thing that is wrong, or doubtful, in `/deploy/vars`. It never holds a secret.
public struct VarsProblem: Hashable, Sendable, CustomStringConvertible {
    /// The line, counted from 1; `nil` when the problem is something missing.
    public let line: Int?
    /// The key, when it is a known one.
    public let key: VarsKey?
    /// What is wrong, without the line: it begins with the key or with "the line".
    public let reason: String

    init(line: Int?, key: VarsKey?, reason: String) {
        self.line = line
        self.key = key
        self.reason = reason
    }

    /// One clause with the line's number, without a final full stop.
    public var description: String {
        guard let line else { return reason }
        guard let key, reason.hasPrefix("the line") else { return "line \(line): \(reason)" }
        return "line \(line) (\(key.rawValue)): \(reason)"
    }
}
