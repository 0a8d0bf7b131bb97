import ByteCoding
import CLinux
import NetworkTypes

/// A network interface as the kernel describes it (rtnetlink(7), `RTM_NEWLINK`).
public struct Link: Equatable, Sendable {
    /// The kernel's number for it, unique in its network namespace, from 1.
    public let index: Int32
    /// Its name, such as `eth0`.
    public let name: String
    /// Its hardware type; 1 is Ethernet (`ARPHRD_ETHER`).
    public let hardwareType: UInt16
    /// Its MAC address, when it has one of six octets.
    public let mac: MACAddress?
    /// Its flags.
    public let flags: LinkFlags
    /// Its operational state (RFC 2863).
    public let operationalState: OperationalState
    /// Whether the device itself sees a carrier. Until the link is set up this says nothing.
    public let hasCarrier: Bool
    /// The largest packet it sends, in bytes without the Ethernet header.
    public let mtu: UInt32
    /// What kind of software link it is: `bond`, `vlan`, `veth`, …; `nil` for hardware.
    public let kind: String?
    /// The index of the bond or bridge that it belongs to.
    public let masterIndex: Int32?
    /// The index of the link that a VLAN lies upon.
    public let parentIndex: Int32?
    /// The tag of a VLAN.
    public let vlanID: UInt16?
    /// The mode of a bond.
    public let bondMode: BondMode?
    /// The MAC address that its hardware came with.
    public let permanentMAC: MACAddress?
    /// What its bond says of it.
    public let bondMember: BondMember?
    /// Packets that have come in on it since it was made; 0 when the kernel does not say.
    public let receivedPackets: UInt64
    /// What the kernel knows of the routers on it; `nil` when it has no IPv6.
    public let routers: RouterAnnouncements?

    /// Set up and with a carrier, so that packets can be sent.
    ///
    /// The flag `running` and the operational state say the same, but up to a second later: the kernel limits their
    /// changes to one a second (net/core/link_watch.c).
    public var isRunning: Bool { flags.isSuperset(of: [.up, .lowerUp]) }
    /// An Ethernet device (not InfiniBand, loopback or a tunnel).
    public var isEthernet: Bool { hardwareType == 1 }

    /// Reads a link from an `RTM_NEWLINK` or `RTM_DELLINK` message.
    ///
    /// - Throws: when the message is shorter than it must be, or has no name.
    public init(parsing message: NetlinkMessage) throws(MalformedNetlinkMessage) {
        var reader = ByteReader(message.payload)
        do {
            try reader.skip(2)
            hardwareType = try reader.native()
            index = try reader.native()
            flags = LinkFlags(rawValue: try reader.native())
            try reader.skip(4)
        } catch {
            throw MalformedNetlinkMessage("a link's header is cut short")
        }
        let attributes = try NetlinkAttributes(parsing: reader.readRest())
        guard let name = attributes.text(Int(IFLA_IFNAME)) else {
            throw MalformedNetlinkMessage("link \(index) has no name")
        }
        self.name = name
        mac = attributes.bytes(Int(IFLA_ADDRESS)).flatMap { MACAddress(octets: $0) }
        operationalState =
            attributes.integer(Int(IFLA_OPERSTATE), as: UInt8.self).flatMap(OperationalState.init) ?? .unknown
        hasCarrier = attributes.integer(Int(IFLA_CARRIER), as: UInt8.self) == 1
        mtu = attributes.integer(Int(IFLA_MTU)) ?? 0
        let information = try attributes.nested(Int(IFLA_LINKINFO))
        kind = information?.text(Int(IFLA_INFO_KIND))
        masterIndex = attributes.integer(Int(IFLA_MASTER))
        parentIndex = attributes.integer(Int(IFLA_LINK))
        let data = try information?.nested(Int(IFLA_INFO_DATA))
        vlanID = kind == "vlan" ? data?.integer(Int(IFLA_VLAN_ID)) : nil
        let mode = kind == "bond" ? data?.integer(Int(IFLA_BOND_MODE), as: UInt8.self) : nil
        bondMode = mode.flatMap { BondMode(kernelNumber: UInt32($0)) }
        permanentMAC = attributes.bytes(Int(IFLA_PERM_ADDRESS)).flatMap { MACAddress(octets: $0) }
        bondMember =
            information?.text(Int(IFLA_INFO_SLAVE_KIND)) == "bond"
            ? try information?.nested(Int(IFLA_INFO_SLAVE_DATA)).map(BondMember.init) : nil
        // struct rtnl_link_stats64 begins with the packets received.
        receivedPackets = attributes.bytes(Int(IFLA_STATS64)).flatMap { Self.count($0) } ?? 0
        routers = try attributes.nested(Int(IFLA_AF_SPEC))?.nested(Int(AF_INET6)).flatMap { RouterAnnouncements($0) }
    }

    private static func count(_ bytes: ArraySlice<UInt8>) -> UInt64? {
        var reader = ByteReader(bytes)
        return try? reader.native()
    }
}

/// A link's flags (`IFF_*` of linux/if.h).
public struct LinkFlags: OptionSet, Hashable, Sendable, CustomStringConvertible {
    /// The flags as the kernel has them.
    public let rawValue: UInt32

    /// Flags from the kernel's number.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Set up by the administrator.
    public static let up = LinkFlags(rawValue: 1 << 0)
    /// Can broadcast.
    public static let broadcast = LinkFlags(rawValue: 1 << 1)
    /// The loopback link.
    public static let loopback = LinkFlags(rawValue: 1 << 3)
    /// Operational (RFC 2863): the kernel hands packets to the device.
    public static let running = LinkFlags(rawValue: 1 << 6)
    /// Does not use ARP.
    public static let noARP = LinkFlags(rawValue: 1 << 7)
    /// Can multicast.
    public static let multicast = LinkFlags(rawValue: 1 << 12)
    /// The driver sees a carrier.
    public static let lowerUp = LinkFlags(rawValue: 1 << 16)

    /// The names of the flags as ip-link(8) prints them.
    public var description: String {
        let names: [(LinkFlags, String)] = [
            (.loopback, "LOOPBACK"), (.broadcast, "BROADCAST"), (.multicast, "MULTICAST"), (.noARP, "NOARP"),
            (.up, "UP"), (.lowerUp, "LOWER_UP"),
        ]
        let carrier = contains(.up) && !contains(.lowerUp) ? ["NO-CARRIER"] : []
        return (carrier + names.filter { contains($0.0) }.map(\.1)).joined(separator: ",")
    }
}

/// A link's operational state (RFC 2863; `IF_OPER_*` of linux/if.h).
public enum OperationalState: UInt8, Sendable, CustomStringConvertible {
    /// The driver does not say.
    case unknown = 0
    /// A part is missing.
    case notPresent = 1
    /// No carrier, or set down.
    case down = 2
    /// A link below it is down.
    case lowerLayerDown = 3
    /// In a test mode.
    case testing = 4
    /// Carrier, but waiting for something else, such as authentication.
    case dormant = 5
    /// Ready.
    case up = 6

    /// The state as ip-link(8) prints it.
    public var description: String {
        switch self {
        case .unknown: "UNKNOWN"
        case .notPresent: "NOTPRESENT"
        case .down: "DOWN"
        case .lowerLayerDown: "LOWERLAYERDOWN"
        case .testing: "TESTING"
        case .dormant: "DORMANT"
        case .up: "UP"
        }
    }
}
