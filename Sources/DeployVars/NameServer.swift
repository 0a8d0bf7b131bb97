import NetworkTypes

/// A DNS server.
public enum NameServer: Hashable, Sendable, CustomStringConvertible {
    /// Reached by IPv4.
    case v4(IPv4Address)
    /// Reached by IPv6.
    case v6(IPv6Address)

    /// Reads an address of either family.
    public init?(_ text: some StringProtocol) {
        if let address = IPv4Address(text) {
            self = .v4(address)
        } else if let address = IPv6Address(text) {
            self = .v6(address)
        } else {
            return nil
        }
    }

    /// The address.
    public var description: String {
        switch self {
        case .v4(let address): address.description
        case .v6(let address): address.description
        }
    }
}
