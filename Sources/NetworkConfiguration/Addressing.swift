import NetworkTypes

/// How a link gets its addresses. Several ways may hold at once.
public struct Addressing: Equatable, Sendable {
    /// From a DHCP server, for IPv4; `nil` for not at all.
    public var dhcp4: DHCPv4Settings?
    /// From a DHCP server, for IPv6 (RFC 8415), whatever the routers announce.
    public var dhcp6 = false
    /// Whether routers' announcements give addresses, routes and name servers (RFC 4862, RFC 8106). `nil`: they do
    /// unless the link has a fixed IPv4 address only and nothing else was asked for.
    public var acceptsRouterAdvertisements: Bool?
    /// Fixed addresses.
    public var addresses: [IPPrefix] = []
    /// Fixed routes.
    public var routes: [ConfiguredRoute] = []
    /// Name servers that are reached over this link.
    public var nameServers: [IPAddress] = []
    /// Domains for names without a dot.
    public var searchDomains: [String] = []

    /// No addresses at all.
    public init() {}

    /// Nothing, as for the members of a bond.
    public static let none = Addressing()
    /// DHCP for IPv4, and what routers announce for IPv6.
    public static let automatic = Addressing(dhcp4: DHCPv4Settings())

    /// DHCP for IPv4.
    public init(dhcp4: DHCPv4Settings) {
        self.dhcp4 = dhcp4
    }

    /// One fixed IPv4 address with its default router. A router beyond a single address (/32) is taken to be on the
    /// link: hosting providers give out such addresses.
    public init(address: IPv4Prefix, gateway: IPv4Address?) {
        addresses = [IPPrefix(address)]
        if let gateway {
            routes = [
                ConfiguredRoute(
                    to: .everywhereIPv4, via: .v4(gateway),
                    isOnLink: address.length == 32 && !address.contains(gateway))
            ]
        }
    }

    /// Whether the link gets no address from here.
    public var isNone: Bool {
        dhcp4 == nil && !dhcp6 && acceptsRouterAdvertisements != true && addresses.isEmpty
    }

    /// Whether routers' announcements are heeded.
    public var usesRouterAdvertisements: Bool {
        acceptsRouterAdvertisements ?? (dhcp4 != nil || dhcp6 || addresses.contains { $0.address.isIPv6 })
    }

    /// What contradicts itself.
    var problems: [String] {
        addresses.compactMap { Self.problem(of: $0) } + routes.flatMap { problems(of: $0) }
    }

    private static func problem(of prefix: IPPrefix) -> String? {
        switch prefix.address {
        case .v4(let host):
            guard let address = prefix.ipv4 else { return nil }
            if host == .any || host.isLoopback || host.rawValue >> 28 >= 14 || address.length == 0 {
                return "\(prefix) is no address for a host"
            }
            if address.length <= 30, host == address.network || host == address.broadcast {
                return "\(prefix) is its network's own or broadcast address"
            }
        case .v6(let host):
            if host == .any || host.isLoopback || host.isMulticast || prefix.length == 0 {
                return "\(prefix) is no address for a host"
            }
        }
        return nil
    }

    private func problems(of route: ConfiguredRoute) -> [String] {
        var problems: [String] = []
        guard let gateway = route.gateway else { return problems }
        if gateway.isIPv6 != route.destination.address.isIPv6 {
            problems.append("the route to \(route.destination) goes through \(gateway), of the other protocol")
        }
        if addresses.contains(where: { $0.address == gateway }) {
            problems.append("the gateway \(gateway) is the machine's own address")
        }
        // Only fixed addresses are known before the link is up, and routers of IPv6 have link-local ones.
        let known = addresses.filter { !$0.address.isIPv6 }
        if !route.isOnLink, !gateway.isIPv6, dhcp4 == nil, !known.isEmpty,
            !known.contains(where: { $0.contains(gateway) }),
            !routes.contains(where: { $0.gateway == nil && $0.destination.contains(gateway) })
        {
            let networks = known.map(\.description).joined(separator: " or ")
            problems.append("the gateway \(gateway) is not in the network of \(networks)")
        }
        return problems
    }
}

/// What a DHCPv4 client asks for and heeds.
public struct DHCPv4Settings: Equatable, Sendable {
    /// Whether the server's name servers and domains are used.
    public var usesDNS = true
    /// Whether the server's time servers are used.
    public var usesNTP = true
    /// Whether the server's routes are used.
    public var usesRoutes = true
    /// Whether the server's MTU is used.
    public var usesMTU = true
    /// The metric of the server's routes; `nil` for one by the order in which links became usable.
    public var routeMetric: UInt32?
    /// The host name to send (option 12); `nil` for none.
    public var hostName: String?

    /// Everything is heeded.
    public init() {}
}

/// A route that was asked for.
public struct ConfiguredRoute: Equatable, Sendable {
    /// The network that it leads to; of length 0 for the default route.
    public var destination: IPPrefix
    /// The router; `nil` when the network is on the link itself.
    public var gateway: IPAddress?
    /// Of several routes to one network the one with the lowest metric is used; `nil` for one by the order in which
    /// links became usable.
    public var metric: UInt32?
    /// The router is reached directly although no address says so.
    public var isOnLink: Bool
    /// The source address of packets that have none yet.
    public var source: IPAddress?

    /// A route. It is checked as a part of `NetworkConfiguration`.
    public init(
        to destination: IPPrefix, via gateway: IPAddress? = nil, metric: UInt32? = nil, isOnLink: Bool = false,
        source: IPAddress? = nil
    ) {
        self.destination = destination
        self.gateway = gateway
        self.metric = metric
        self.isOnLink = isOnLink
        self.source = source
    }
}
