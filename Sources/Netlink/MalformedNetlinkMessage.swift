/// A netlink message or attribute whose own length contradicts the bytes that are there.
public struct MalformedNetlinkMessage: Error, Equatable, CustomStringConvertible {
    /// What is wrong, without a final full stop.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
