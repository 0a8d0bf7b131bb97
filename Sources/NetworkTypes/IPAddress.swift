/// An address of either Internet protocol.
public enum IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// IPv4.
    case v4(IPv4Address)
    /// IPv6.
    case v6(IPv6Address)

    /// An address in text form, without prefix length or zone.
    public init?(_ text: some StringProtocol) {
        if let address = IPv4Address(text) {
            self = .v4(address)
        } else if let address = IPv6Address(text) {
            self = .v6(address)
        } else {
            return nil
        }
    }

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

    /// The octets in network order: four or sixteen.
    public var octets: [UInt8] {
        switch self {
        case .v4(let address): address.octets
        case .v6(let address): address.octets
        }
    }

    /// The IPv4 address that is mapped into an IPv6 one (RFC 4291 2.5.5.2); any other address as it is.
    public var unmapped: IPAddress {
        guard case .v6(let address) = self, address.octets.prefix(10).allSatisfy({ $0 == 0 }),
            address.octets.dropFirst(10).prefix(2).allSatisfy({ $0 == 0xff }),
            let mapped = IPv4Address(octets: address.octets.suffix(4))
        else { return self }
        return .v4(mapped)
    }

    /// Whether the address is one of IPv6.
    public var isIPv6: Bool {
        if case .v6 = self { true } else { false }
    }

    /// Whether it is this machine's own, 127.0.0.0/8 or ::1.
    public var isLoopback: Bool {
        switch self {
        case .v4(let address): address.isLoopback
        case .v6(let address): address.isLoopback
        }
    }

    /// The canonical text form.
    public var description: String {
        switch self {
        case .v4(let address): address.description
        case .v6(let address): address.description
        }
    }
}
