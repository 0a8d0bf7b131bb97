import NetworkTypes

/// One link and how it is configured.
public struct LinkConfiguration: Equatable, Sendable {
    /// Which link or links.
    public let selector: LinkSelector
    /// How it gets its addresses.
    public let addressing: Addressing
    /// Its MTU in bytes; `nil` leaves it to DHCP, or as it is.
    public let mtu: UInt32?

    /// A link's configuration. It is checked as a part of `NetworkConfiguration`.
    public init(selector: LinkSelector, addressing: Addressing, mtu: UInt32? = nil) {
        self.selector = selector
        self.addressing = addressing
        self.mtu = mtu
    }

    /// What contradicts itself in this link's configuration.
    var problems: [String] {
        var problems = addressing.staticAddress?.problems ?? []
        // 576 is the least that every host must take (RFC 791 3.1); above 65535 IPv4 has no packets.
        if let mtu, !(576...65535).contains(mtu) { problems.append("MTU \(mtu) is not between 576 and 65535") }
        if addressing.staticAddress != nil, selector == .everyPhysicalNIC {
            problems.append("one static address cannot be given to every NIC")
        }
        if case .name(let name) = selector, !Self.isLinkName(name) {
            problems.append("\"\(name)\" is no link's name (1 to 15 bytes, no slash, colon or blank)")
        }
        return problems
    }

    /// What the kernel takes for a link's name (dev_valid_name of net/core/dev.c).
    private static func isLinkName(_ name: String) -> Bool {
        (1...15).contains(name.utf8.count) && name != "." && name != ".."
            && !name.unicodeScalars.contains { $0 == "/" || $0 == ":" || $0.properties.isWhitespace }
    }
}

/// Which link is meant.
public enum LinkSelector: Hashable, Sendable, CustomStringConvertible {
    /// All physical Ethernet NICs, those too that appear later.
    case everyPhysicalNIC
    /// The physical NIC that has a carrier first.
    case firstWithCarrier
    /// The NIC of this name.
    case name(String)
    /// The NIC with this MAC address.
    case mac(MACAddress)

    /// A link by what an operator wrote: a MAC address or a name; empty for the first NIC with a carrier.
    public init(_ text: some StringProtocol) {
        if text.isEmpty {
            self = .firstWithCarrier
        } else if let mac = MACAddress(text) {
            self = .mac(mac)
        } else {
            self = .name(String(text))
        }
    }

    /// What is meant, in words.
    public var description: String {
        switch self {
        case .everyPhysicalNIC: "every physical NIC"
        case .firstWithCarrier: "the first NIC with a carrier"
        case .name(let name): "NIC \(name)"
        case .mac(let mac): "the NIC with MAC address \(mac)"
        }
    }
}

/// How a link gets its addresses.
public enum Addressing: Equatable, Sendable {
    /// From a DHCP server, for IPv4.
    case dhcp
    /// From the configuration.
    case fixed(StaticAddress)

    /// The address, unless it comes from DHCP.
    public var staticAddress: StaticAddress? {
        if case .fixed(let address) = self { address } else { nil }
    }
}

/// A fixed address and its default router.
public struct StaticAddress: Equatable, Sendable {
    /// The address and its network.
    public let address: IPv4Prefix
    /// The default router; `nil` for a network without a way out.
    public let gateway: IPv4Address?

    /// An address. It is checked as a part of `NetworkConfiguration`.
    public init(address: IPv4Prefix, gateway: IPv4Address? = nil) {
        self.address = address
        self.gateway = gateway
    }

    /// Whether the router is reached directly although it lies outside the address's network: hosting providers give
    /// out single addresses (/32) with a router elsewhere.
    public var isGatewayOnLink: Bool {
        gateway.map { address.length == 32 && !address.contains($0) } ?? false
    }

    var problems: [String] {
        var problems: [String] = []
        let host = address.address
        if host == .any || host.isLoopback || host.rawValue >> 28 >= 14 || address.length == 0 {
            problems.append("\(address) is no address for a host")
        } else if address.length <= 30, host == address.network || host == address.broadcast {
            problems.append("\(address) is its network's own or broadcast address")
        }
        if let gateway {
            if gateway == host {
                problems.append("the gateway \(gateway) is the machine's own address")
            } else if !address.contains(gateway), address.length < 32 {
                problems.append("the gateway \(gateway) is not in the network of \(address)")
            }
        }
        return problems
    }
}
