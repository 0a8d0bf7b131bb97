import NetworkTypes

/// What an operator can say about the network in plain keys, before it is checked and made into a model.
public struct NetworkSettings: Equatable, Sendable {
    /// One entry of `VLANS`.
    public struct VLAN: Equatable, Sendable {
        /// The tag, 1 to 4094.
        public var id: UInt16
        /// The link below, by name or MAC address.
        public var parent: String
        /// Its fixed address; `nil` for DHCP.
        public var address: IPv4Prefix?
        /// The default router through it.
        public var gateway: IPv4Address?

        /// A VLAN.
        public init(id: UInt16, parent: String, address: IPv4Prefix? = nil, gateway: IPv4Address? = nil) {
            self.id = id
            self.parent = parent
            self.address = address
            self.gateway = gateway
        }

        /// The link's name: parent and id as vconfig(8) joined them, or the id alone where that is too long.
        var name: String {
            let joined = "\(parent).\(id)"
            return joined.utf8.count <= 15 && MACAddress(parent) == nil ? joined : "vlan\(id)"
        }
    }

    /// The name of the bond that `BOND_INTERFACES` asks for.
    public static let bondName = "bond0"

    /// The machine's fixed address (`STATIC_IP`); `nil` for DHCP.
    public var staticAddress: IPv4Prefix?
    /// The default router (`STATIC_GATEWAY`).
    public var gateway: IPv4Address?
    /// The link, by name or MAC address (`STATIC_IFACE`); empty for the bond, or the first NIC with a carrier.
    public var interface = ""
    /// The members of the bond, by name or MAC address (`BOND_INTERFACES`).
    public var bondMembers: [String] = []
    /// How they are used (`BOND_MODE`).
    public var bondMode = BondMode.lacp
    /// Tagged links (`VLANS`).
    public var vlans: [VLAN] = []
    /// Name servers (`dns_resolver`).
    public var nameServers: [IPAddress] = []
    /// Time servers (`NTP_SERVERS`).
    public var ntpServers: [String] = []
    /// Bytes (`MTU`).
    public var mtu: UInt32?

    /// Nothing said: DHCP on every physical NIC.
    public init() {}

    /// Whether the keys say how links are set up; else another source decides, and name servers, time servers and MTU
    /// are added to it.
    public var isSource: Bool { staticAddress != nil || !bondMembers.isEmpty || !vlans.isEmpty }

    /// The model of these settings.
    ///
    /// - Throws: `NetworkConfigurationError` with every contradiction, such as a gateway without an address.
    public func configuration() throws(NetworkConfigurationError) -> NetworkConfiguration {
        var problems: [String] = []
        if staticAddress == nil, let gateway {
            problems.append("STATIC_GATEWAY \(gateway) is given without STATIC_IP")
        }
        if staticAddress == nil, !interface.isEmpty {
            problems.append("STATIC_IFACE \(interface) is given without STATIC_IP")
        }
        let configuration = Result { () throws(NetworkConfigurationError) in
            guard isSource else {
                return try NetworkConfiguration.automatic.adding(
                    nameServers: nameServers, ntpServers: ntpServers, mtu: mtu)
            }
            return try NetworkConfiguration(source: .vars, links: links(&problems)).adding(
                nameServers: nameServers, ntpServers: ntpServers, mtu: mtu)
        }
        switch configuration {
        case .success(let configuration) where problems.isEmpty: return configuration
        case .success: throw NetworkConfigurationError(source: .vars, problems: problems)
        case .failure(let error):
            throw NetworkConfigurationError(source: error.source, problems: problems + error.problems)
        }
    }

    /// The link that carries `STATIC_IP`, by its name; empty for the first NIC with a carrier.
    private func staticLink(_ problems: inout [String]) -> String? {
        guard staticAddress != nil else { return nil }
        if !interface.isEmpty { return Self.canonical(interface) }
        if !bondMembers.isEmpty { return Self.bondName }
        let parents = Set(vlans.map { Self.canonical($0.parent) })
        if parents.count > 1 {
            problems.append(
                "STATIC_IP could lie on any of \(parents.sorted().joined(separator: ", ")): set STATIC_IFACE")
        }
        return parents.first ?? ""
    }

    private func links(_ problems: inout [String]) -> [LinkConfiguration] {
        let fixed = staticAddress.map { Addressing(address: $0, gateway: gateway) }
        let staticLink = staticLink(&problems)
        var links: [LinkConfiguration] = []
        if !bondMembers.isEmpty {
            let carriesOthers = vlans.contains { $0.parent == Self.bondName }
            let addressing: Addressing =
                if staticLink == Self.bondName, let fixed { fixed } else { carriesOthers ? .none : .automatic }
            links.append(
                LinkConfiguration(
                    name: Self.bondName, kind: .bond(bond, members: bondMembers.map(Self.canonical)),
                    addressing: addressing))
        }
        for vlan in vlans {
            let name = vlan.name
            links.append(
                LinkConfiguration(
                    name: name, kind: .vlan(id: vlan.id, parent: Self.canonical(vlan.parent)),
                    addressing: staticLink == name
                        ? fixed ?? .automatic
                        : vlan.address.map { Addressing(address: $0, gateway: vlan.gateway) } ?? .automatic))
        }
        let below = bondMembers + vlans.map(\.parent) + [staticLink].compactMap { $0 }
        for reference in below {
            let name = Self.canonical(reference)
            guard !links.contains(where: { $0.name == name }) else { continue }
            let addressing = name == staticLink ? fixed ?? .none : .none
            links.append(
                reference.isEmpty
                    ? LinkConfiguration(.firstWithCarrier, addressing: addressing)
                    : LinkConfiguration(NICSelector(name), addressing: addressing))
        }
        return links
    }

    private var bond: BondParameters {
        var bond = BondParameters(mode: bondMode)
        if bondMode == .lacp {
            // A partner that is told to send every second is missed after three, and not after ninety.
            bond.lacpRate = .fast
            bond.transmitHashPolicy = .layer34
        }
        return bond
    }

    /// One spelling for each MAC address.
    private static func canonical(_ reference: String) -> String {
        MACAddress(reference)?.description ?? reference
    }
}
