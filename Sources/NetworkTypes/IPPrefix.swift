/// An address of either protocol together with the length of its network's prefix, such as 192.0.2.7/24 or 2001:db8::7/64.
public struct IPPrefix: Hashable, Sendable, CustomStringConvertible {
    /// The address; bits beyond the prefix are kept.
    public let address: IPAddress
    /// Leading bits that name the network: 0 to 32, or 0 to 128.
    public let length: UInt8

    /// A prefix; `nil` when the length is more than the address has bits.
    public init?(address: IPAddress, length: UInt8) {
        guard Int(length) <= address.octets.count * 8 else { return nil }
        self.address = address
        self.length = length
    }

    /// CIDR notation (RFC 4632 3.1, RFC 4291 2.3). The length must be there.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(parts[0]), (1...3).contains(parts[1].utf8.count),
            parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = UInt8(parts[1])
        else { return nil }
        self.init(address: address, length: length)
    }

    /// The same prefix of IPv4.
    public init(_ prefix: IPv4Prefix) {
        address = .v4(prefix.address)
        length = prefix.length
    }

    /// The prefix as one of IPv4, when it is one.
    public var ipv4: IPv4Prefix? {
        if case .v4(let address) = address { IPv4Prefix(address: address, length: length) } else { nil }
    }

    /// The network's own address: all bits beyond the prefix zero.
    public var network: IPAddress {
        let octets = address.octets.enumerated().map { index, octet in
            let bits = min(max(Int(length) - index * 8, 0), 8)
            return octet & UInt8(truncatingIfNeeded: 0xff00 >> bits)
        }
        return IPAddress(octets: octets) ?? address
    }

    /// Whether an address of the same protocol lies in this network.
    public func contains(_ other: IPAddress) -> Bool {
        IPPrefix(address: other, length: length).map {
            $0.address.octets.count == address.octets.count && $0.network == network
        } ?? false
    }

    /// 0.0.0.0/0.
    public static let everywhereIPv4 = IPPrefix(unchecked: .v4(.any))
    /// ::/0.
    public static let everywhereIPv6 = IPPrefix(unchecked: .v6(.any))

    private init(unchecked address: IPAddress) {
        self.address = address
        length = 0
    }

    /// CIDR notation.
    public var description: String { "\(address)/\(length)" }
}
