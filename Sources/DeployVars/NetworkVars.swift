import NetworkTypes

/// The network as the vars give it. They decide on links only when `isSource`; name servers, MTU and time servers are
/// added to whatever decides.
public struct NetworkVars: Equatable, Sendable {
    /// The path of a Netplan file.
    public var configurationPath = "nocloud/network-config"
    /// The address without DHCP.
    public var staticAddress: StaticAddress?
    /// The links to bond.
    public var bondInterfaces: [InterfaceReference] = []
    /// How to bond them.
    public var bondMode = BondMode.lacp
    /// VLANs.
    public var vlans: [VLANVars] = []
    /// DNS servers.
    public var nameServers: [IPAddress] = []
    /// Time servers, by name or address.
    public var timeServers: [String] = []
    /// Bytes of the largest packet.
    public var mtu: Int?
    /// Seconds until another source is tried.
    public var timeoutSeconds = 300
    /// The EVPN keys that are given, in the order of the contract. Nothing acts upon them.
    public var evpnKeys: [VarsKey] = []

    /// DHCP.
    public init() {}

    /// Whether the vars say how links are set up.
    public var isSource: Bool { staticAddress != nil || !bondInterfaces.isEmpty || !vlans.isEmpty }

    static let evpn: [VarsKey] = [
        .networkMode, .underlaySubnet, .underlayIP, .overlaySubnet, .overlayAggregate, .ipmiSubnet, .serverASN,
        .leafASN,
        .localASN, .provisionVNI, .provisionIP, .provisionGateway, .gatewayIPs, .vpnRouteTarget, .vrfTableID,
        .bgpPeerMode,
        .bgpNeighbors, .bgpRemoteASN, .bgpKeepalive, .bgpHold, .bgpAuthPassword, .bfdTransmit, .bfdReceive,
    ]

    init(_ reader: inout VarsReader) {
        if let path = reader.text(.networkConfiguration) { configurationPath = path }
        staticAddress = Self.staticAddress(&reader)
        let interfaces = "it must be interface names or MAC addresses, separated by commas"
        bondInterfaces = reader.list(.bondInterfaces, allowed: interfaces) { InterfaceReference($0) }
        if Set(bondInterfaces).count < bondInterfaces.count {
            reader.reject(.bondInterfaces, allowed: "it names one interface twice")
        }
        let modes = BondMode.allCases.map(\.rawValue).joined(separator: ", ")
        bondMode =
            reader.value(.bondMode, allowed: "it must be one of \(modes), or lacp") { text in
                text.lowercased() == "lacp" ? .lacp : BondMode(rawValue: text.lowercased())
            } ?? .lacp
        vlans = reader.list(.vlans, allowed: "it must be id:parent[:cidr[:gateway]], separated by commas") {
            VLANVars($0)
        }
        nameServers = reader.list(.dnsResolver, allowed: "it must be IP addresses, separated by commas") {
            IPAddress($0)
        }
        timeServers = reader.list(.ntpServers, allowed: "it must be host names or IP addresses, separated by commas") {
            Identity.isHostname($0) || IPAddress($0) != nil ? String($0) : nil
        }
        mtu = reader.number(.mtu, in: 576...65_535, unit: "bytes")
        timeoutSeconds = reader.number(.networkTimeout, in: 1...86_400, unit: "seconds") ?? 300
        evpnKeys = Self.evpn.filter { reader.given($0) != nil }
    }

    private static func staticAddress(_ reader: inout VarsReader) -> StaticAddress? {
        let prefix = reader.value(
            .staticIP, allowed: "it must be an IPv4 address with its prefix length, such as 192.0.2.7/24"
        ) {
            IPv4Prefix($0)
        }
        let gateway = reader.value(.staticGateway, allowed: "it must be an IPv4 address") { IPv4Address($0) }
        let interface = reader.value(.staticInterface, allowed: "it must be an interface name or a MAC address") {
            InterfaceReference($0)
        }
        if reader.given(.staticIP) == nil {
            for key in [VarsKey.staticGateway, .staticInterface] where reader.given(key) != nil {
                reader.fail(key, "\(key.rawValue) is given without STATIC_IP")
            }
        }
        if let prefix, gateway == prefix.address {
            reader.reject(.staticGateway, allowed: "it is the machine's own address")
        }
        return prefix.map { StaticAddress(prefix: $0, gateway: gateway, interface: interface) }
    }
}
