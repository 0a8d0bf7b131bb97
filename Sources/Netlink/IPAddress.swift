import NetworkTypes

/// An address of either Internet protocol.
public enum IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// IPv4.
    case v4(IPv4Address)
    /// IPv6.
    case v6(IPv6Address)

    /// An address from four or sixteen octets in network order.
    public init?(octets: some Collection<UInt8>) {
        if let address = IPv4Address(octets: octets) {
            self = .v4(address)
        } else if let address = IPv6Address(octets: octets) {
            self = .v6(address)
        } else {
            return nil
        }
    }

    /// The usual text form.
    public var description: String {
        switch self {
        case .v4(let address): address.description
        case .v6(let address): address.description
        }
    }
}
