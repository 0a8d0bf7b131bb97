import NetworkTypes

/// What a server says besides addresses.
public struct DHCPv6Settings: Equatable, Sendable {
    /// Name servers, the preferred one first. A link-local one is reached over the link of the client.
    public let nameServers: [IPv6Address]
    /// Domains for names without a dot.
    public let domains: [String]
    /// Time servers: addresses in text form, or names.
    public let ntpServers: [String]

    /// The settings in a message.
    init(_ options: DHCPv6Options) {
        nameServers = options.addresses(.nameServers).filter(Self.isHost)
        domains = DomainNames.parse(options[.domainList] ?? [])
        // Each option 56 is one server, in options of its own: 1 an address, 3 a name (RFC 5908 4).
        let named = options.all(.ntpServer).flatMap { bytes -> [String] in
            guard let parts = try? DHCPv6Options(parsing: bytes[...]) else { return [] }
            return parts.addresses(DHCPv6Option(rawValue: 1)).filter(Self.isHost).map(\.description)
                + DomainNames.parse(parts[DHCPv6Option(rawValue: 3)] ?? [])
        }
        let older = options.addresses(.sntpServers).filter(Self.isHost).map(\.description)
        ntpServers = named + older.filter { !named.contains($0) }
    }

    private static func isHost(_ address: IPv6Address) -> Bool {
        address != .any && !address.isMulticast
    }
}
