/// Something in `/deploy/vars` that the agent passes over. The operator must see it.
public struct VarsWarning: Hashable, Sendable, CustomStringConvertible {
    /// Why it is passed over.
    public enum Kind: Hashable, Sendable {
        /// No such key.
        case unknownKey
        /// A valid key that this version does not act upon.
        case unsupported
    }

    /// Why it is passed over.
    public let kind: Kind
    /// What is said about which line.
    public let problem: VarsProblem

    /// One clause with the line's number, without a final full stop.
    public var description: String { problem.description }
}
