import NetworkTypes

/// The network that the agent is to bring up: which links, how each gets its addresses, and what holds for all of them.
///
/// Every source (the vars, later Netplan YAML and kernel arguments) is turned into this one model; bonds and VLANs
/// will be further kinds of link in it.
public struct NetworkConfiguration: Equatable, Sendable {
    /// The links to configure, the most preferred first.
    public let links: [LinkConfiguration]
    /// Name servers that come before those of DHCP.
    public let nameServers: [IPv4Address]
    /// Domains for names without a dot, before those of DHCP.
    public let searchDomains: [String]
    /// Time servers, names or addresses, before those of DHCP.
    public let ntpServers: [String]

    /// A network; errors name each contradiction.
    ///
    /// - Throws: `NetworkConfigurationError` with all of them.
    public init(
        links: [LinkConfiguration], nameServers: [IPv4Address] = [], searchDomains: [String] = [],
        ntpServers: [String] = []
    ) throws(NetworkConfigurationError) {
        self.links = links
        self.nameServers = nameServers
        self.searchDomains = searchDomains
        self.ntpServers = ntpServers
        let problems =
            links.flatMap(\.problems) + Self.conflicts(between: links)
            + nameServers.filter { $0 == .any || $0 == .broadcast }.map { "\($0) is no name server's address" }
        guard problems.isEmpty else { throw NetworkConfigurationError(problems: problems) }
    }

    /// DHCP on every physical NIC, and nothing else: what is done when nothing was asked for.
    public static let automatic = NetworkConfiguration(unchecked: [
        LinkConfiguration(selector: .everyPhysicalNIC, addressing: .dhcp)
    ])

    private init(unchecked links: [LinkConfiguration]) {
        self.links = links
        nameServers = []
        searchDomains = []
        ntpServers = []
    }

    private static func conflicts(between links: [LinkConfiguration]) -> [String] {
        var problems: [String] = links.isEmpty ? ["no link is configured"] : []
        for (index, link) in links.enumerated() {
            for other in links[..<index] {
                if link.selector == other.selector {
                    problems.append("\(link.selector) is configured twice")
                } else if link.selector == .everyPhysicalNIC || other.selector == .everyPhysicalNIC {
                    problems.append("\(LinkSelector.everyPhysicalNIC) and one link of its own exclude each other")
                }
                if let one = link.addressing.staticAddress?.address, one == other.addressing.staticAddress?.address {
                    problems.append("address \(one) is given to two links")
                }
            }
        }
        return problems
    }
}
