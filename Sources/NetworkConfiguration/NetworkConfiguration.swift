import NetworkTypes

/// The network that the agent is to bring up: which links, how each gets its addresses, and what holds for all of them.
///
/// Every source (the vars, Netplan YAML, kernel arguments) is turned into this one model.
public struct NetworkConfiguration: Equatable, Sendable {
    /// Where it was asked for.
    public let source: NetworkSource
    /// The links to configure, the most preferred first.
    public let links: [LinkConfiguration]
    /// Name servers that come before those of links and of DHCP.
    public let nameServers: [IPAddress]
    /// Domains for names without a dot, before those of links and of DHCP.
    public let searchDomains: [String]
    /// Time servers, names or addresses, before those of DHCP.
    public let ntpServers: [String]

    /// A network; errors name each contradiction.
    ///
    /// - Throws: `NetworkConfigurationError` with all of them.
    public init(
        source: NetworkSource, links: [LinkConfiguration], nameServers: [IPAddress] = [], searchDomains: [String] = [],
        ntpServers: [String] = []
    ) throws(NetworkConfigurationError) {
        self.source = source
        self.links = links
        self.nameServers = nameServers
        self.searchDomains = searchDomains
        self.ntpServers = ntpServers
        let problems = links.flatMap(\.problems) + LinkConflicts.all(in: links) + nameServers.compactMap(Self.problem)
        guard problems.isEmpty else { throw NetworkConfigurationError(source: source, problems: problems) }
    }

    /// DHCP on every physical NIC, and nothing else: what is done when nothing was asked for.
    public static let automatic = NetworkConfiguration(
        unchecked: [LinkConfiguration(.everyPhysicalNIC, addressing: .automatic)], source: .automatic)

    private init(unchecked links: [LinkConfiguration], source: NetworkSource) {
        self.source = source
        self.links = links
        nameServers = []
        searchDomains = []
        ntpServers = []
    }

    /// The same network with what the vars say of every network: name servers and time servers come before others, the
    /// MTU is for every link that has none of its own.
    ///
    /// - Throws: `NetworkConfigurationError` when that contradicts the rest.
    public func adding(
        nameServers: [IPAddress], ntpServers: [String], mtu: UInt32?
    ) throws(NetworkConfigurationError) -> NetworkConfiguration {
        let links = links.map { link in
            var link = link
            link.mtu = link.mtu ?? mtu
            return link
        }
        return try NetworkConfiguration(
            source: source, links: links, nameServers: nameServers + self.nameServers, searchDomains: searchDomains,
            ntpServers: ntpServers + self.ntpServers)
    }

    /// The link of this name.
    public func link(named name: String) -> LinkConfiguration? {
        links.first { $0.name == name }
    }

    /// The bond or bridge that a link is a member of.
    public func master(of link: LinkConfiguration) -> LinkConfiguration? {
        links.first { other in
            switch other.kind {
            case .bond(_, let members), .bridge(_, let members): members.contains(link.name)
            case .physical, .vlan: false
            }
        }
    }

    private static func problem(ofNameServer address: IPAddress) -> String? {
        switch address {
        case .v4(.any), .v4(.broadcast), .v6(.any): "\(address) is no name server's address"
        default: nil
        }
    }
}
