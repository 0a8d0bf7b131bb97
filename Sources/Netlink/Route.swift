import ByteCoding
import CLinux
import Glibc
import NetworkTypes

/// A unicast route of the main table, of IPv4 or IPv6 (rtnetlink(7), `RTM_NEWROUTE`).
public struct Route: Hashable, Sendable {
    /// Who made a route (`RTPROT_*`).
    public enum Origin: UInt8, Sendable, CustomStringConvertible {
        /// The kernel, for a link's address.
        case kernel = 2
        /// A program at boot that does not say more.
        case boot = 3
        /// The administrator.
        case configured = 4
        /// The kernel, for a router's announcement.
        case router = 9
        /// A DHCP client.
        case dhcp = 16

        /// The origin as ip-route(8) prints it.
        public var description: String {
            switch self {
            case .kernel: "kernel"
            case .boot: "boot"
            case .configured: "static"
            case .router: "ra"
            case .dhcp: "dhcp"
            }
        }
    }

    /// The network that it leads to; 0.0.0.0/0 and ::/0 are the default routes.
    public let destination: IPPrefix
    /// The router; `nil` when the network is on the link itself.
    public let gateway: IPAddress?
    /// The index of the link that packets leave by.
    public let linkIndex: Int32
    /// Of several routes to one network the one with the lowest metric is used.
    public let metric: UInt32
    /// The source address of packets that have none yet.
    public let source: IPAddress?
    /// The router is reached directly although no route says so (`RTNH_F_ONLINK`).
    public let isGatewayOnLink: Bool
    /// Who made it; `nil` for a program not known here.
    public let origin: Origin?

    /// A route. The router and the source are of the destination's protocol. `metric` 0 is the most preferred for
    /// IPv4; for IPv6 the kernel takes 1024 in its place. An IPv6 source must be an address that is no longer tentative.
    public init(
        to destination: IPPrefix, via gateway: IPAddress? = nil, linkIndex: Int32, metric: UInt32 = 0,
        source: IPAddress? = nil, isGatewayOnLink: Bool = false, origin: Origin = .configured
    ) {
        self.destination = destination
        self.gateway = gateway
        self.linkIndex = linkIndex
        self.metric = metric
        self.source = source
        self.isGatewayOnLink = isGatewayOnLink && gateway != nil
        self.origin = origin
    }

    /// Leads everywhere that no other route leads.
    public var isDefault: Bool { destination.length == 0 }

    /// Reads a route from an `RTM_NEWROUTE` message; `nil` for one that is not of the Internet protocols, unicast and in
    /// the main table, that is a cached copy or expired, or that has several next hops.
    public init?(parsing message: NetlinkMessage) throws(MalformedNetlinkMessage) {
        var reader = ByteReader(message.payload)
        let (family, length, table, origin, type): (UInt8, UInt8, UInt8, UInt8, UInt8)
        let flags: UInt32
        do {
            family = try reader.native()
            length = try reader.native()
            try reader.skip(2)
            table = try reader.native()
            origin = try reader.native()
            try reader.skip(1)
            type = try reader.native()
            flags = try reader.native()
        } catch {
            throw MalformedNetlinkMessage("a route's header is cut short")
        }
        let attributes = try NetlinkAttributes(parsing: reader.readRest())
        let tableNumber = attributes.integer(Int(RTA_TABLE.rawValue), as: UInt32.self) ?? UInt32(table)
        guard let everywhere = Self.everywhere(family: Int32(family)) else { return nil }
        let network =
            attributes.bytes(Int(RTA_DST.rawValue)).map { IPAddress(octets: $0) } ?? everywhere.address
        guard tableNumber == RT_TABLE_MAIN.rawValue, type == UInt8(RTN_UNICAST), flags & UInt32(RTM_F_CLONED) == 0,
            !Self.isExpired(attributes), let network, network.family == Int32(family), !network.isIPv6Multicast,
            let destination = IPPrefix(address: network, length: length),
            let linkIndex = attributes.integer(Int(RTA_OIF.rawValue), as: Int32.self)
        else { return nil }
        self.destination = destination
        self.linkIndex = linkIndex
        gateway = attributes.bytes(Int(RTA_GATEWAY.rawValue)).flatMap { IPAddress(octets: $0) }
        metric = attributes.integer(Int(RTA_PRIORITY.rawValue)) ?? 0
        source = attributes.bytes(Int(RTA_PREFSRC.rawValue)).flatMap { IPAddress(octets: $0) }
        isGatewayOnLink = flags & UInt32(RTNH_F_ONLINK) != 0
        self.origin = Origin(rawValue: origin)
    }

    private static func everywhere(family: Int32) -> IPPrefix? {
        switch family {
        case AF_INET: .everywhereIPv4
        case AF_INET6: .everywhereIPv6
        default: nil
        }
    }

    /// `struct rta_cacheinfo`: references, last use, then when it expires: 0 never, negative when it has. The kernel
    /// clears such IPv6 routes away in its own time.
    private static func isExpired(_ attributes: NetlinkAttributes) -> Bool {
        var reader = ByteReader(attributes.bytes(Int(RTA_CACHEINFO.rawValue)) ?? [])
        guard (try? reader.skip(8)) != nil, let expires: Int32 = try? reader.native() else { return false }
        return expires < 0
    }

    /// The route without its link, as ip-route(8) prints it: `default via 192.0.2.1`.
    var summary: String {
        let network = isDefault ? "default" : destination.description
        return gateway.map { "\(network) via \($0)" } ?? network
    }
}

extension IPAddress {
    fileprivate var isIPv6Multicast: Bool {
        if case .v6(let address) = self { address.isMulticast } else { false }
    }
}
