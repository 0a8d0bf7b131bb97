import ByteCoding
import CLinux
import Glibc
import NetworkTypes

/// An IPv4 unicast route of the main table (rtnetlink(7), `RTM_NEWROUTE`).
public struct Route: Hashable, Sendable {
    /// Who made a route (`RTPROT_*`).
    public enum Origin: UInt8, Sendable, CustomStringConvertible {
        /// The kernel, for a link's address.
        case kernel = 2
        /// A program at boot that does not say more.
        case boot = 3
        /// The administrator.
        case configured = 4
        /// A DHCP client.
        case dhcp = 16

        /// The origin as ip-route(8) prints it.
        public var description: String {
            switch self {
            case .kernel: "kernel"
            case .boot: "boot"
            case .configured: "static"
            case .dhcp: "dhcp"
            }
        }
    }

    /// The network that it leads to; 0.0.0.0/0 is the default route.
    public let destination: IPv4Prefix
    /// The router; `nil` when the network is on the link itself.
    public let gateway: IPv4Address?
    /// The index of the link that packets leave by.
    public let linkIndex: Int32
    /// Of several routes to one network the one with the lowest metric is used.
    public let metric: UInt32
    /// The source address of packets that have none yet.
    public let source: IPv4Address?
    /// The router is reached directly although no route says so (`RTNH_F_ONLINK`).
    public let isGatewayOnLink: Bool
    /// Who made it; `nil` for a program not known here.
    public let origin: Origin?

    /// A route. `metric` 0 is the most preferred.
    public init(
        to destination: IPv4Prefix, via gateway: IPv4Address? = nil, linkIndex: Int32, metric: UInt32 = 0,
        source: IPv4Address? = nil, isGatewayOnLink: Bool = false, origin: Origin = .configured
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

    /// Reads a route from an `RTM_NEWROUTE` message; `nil` for one that is not IPv4, unicast and in the main table, or
    /// that has several next hops.
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
        let network = attributes.bytes(Int(RTA_DST.rawValue)).map { IPv4Address(octets: $0) } ?? .any
        guard Int32(family) == AF_INET, tableNumber == RT_TABLE_MAIN.rawValue, type == UInt8(RTN_UNICAST),
            let network, let destination = IPv4Prefix(address: network, length: length),
            let linkIndex = attributes.integer(Int(RTA_OIF.rawValue), as: Int32.self)
        else { return nil }
        self.destination = destination
        self.linkIndex = linkIndex
        gateway = attributes.bytes(Int(RTA_GATEWAY.rawValue)).flatMap { IPv4Address(octets: $0) }
        metric = attributes.integer(Int(RTA_PRIORITY.rawValue)) ?? 0
        source = attributes.bytes(Int(RTA_PREFSRC.rawValue)).flatMap { IPv4Address(octets: $0) }
        isGatewayOnLink = flags & UInt32(RTNH_F_ONLINK) != 0
        self.origin = Origin(rawValue: origin)
    }

    /// The route without its link, as ip-route(8) prints it: `default via 192.0.2.1`.
    var summary: String {
        let network = isDefault ? "default" : destination.description
        return gateway.map { "\(network) via \($0)" } ?? network
    }
}
