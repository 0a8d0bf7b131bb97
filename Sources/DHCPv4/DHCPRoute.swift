import ByteCoding
import NetworkTypes

/// A route that a DHCP server asks for.
public struct DHCPRoute: Hashable, Sendable {
    /// The network that it leads to.
    public let destination: IPv4Prefix
    /// The router; `nil` when the network is on the link itself (RFC 3442, "Local Subnet Routes").
    public let router: IPv4Address?

    /// A route.
    public init(to destination: IPv4Prefix, via router: IPv4Address?) {
        self.destination = destination
        self.router = router
    }

    /// The routes of option 121: per route the prefix length, as many octets of the network as that needs, the router.
    ///
    /// - Returns: `nil` when the option is malformed; then none of it can be trusted.
    public static func classless(parsing option: [UInt8]) -> [DHCPRoute]? {
        var reader = ByteReader(option)
        var routes: [DHCPRoute] = []
        while !reader.isAtEnd {
            guard let length = try? reader.bigEndian(UInt8.self), length <= 32,
                let significant = try? reader.read((Int(length) + 7) / 8),
                let network = IPv4Address(octets: significant + repeatElement(0, count: 4 - significant.count)),
                let prefix = IPv4Prefix(address: network, length: length),
                let clean = IPv4Prefix(address: prefix.network, length: length),
                let router = try? reader.bigEndian(UInt32.self)
            else { return nil }
            routes.append(DHCPRoute(to: clean, via: router == 0 ? nil : IPv4Address(rawValue: router)))
        }
        return routes.isEmpty ? nil : routes
    }
}
