/// The code of a DHCPv6 option (RFC 8415 21; others as named).
public struct DHCPv6Option: RawRepresentable, Hashable, Sendable {
    /// The code as it is sent.
    public let rawValue: UInt16

    /// An option from its code.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// By what the server recognises the client.
    public static let clientIdentifier = DHCPv6Option(rawValue: 1)
    /// By what the client recognises the server.
    public static let serverIdentifier = DHCPv6Option(rawValue: 2)
    /// Identity association for addresses that are not temporary (IA_NA): what a lease is made of.
    public static let identityAssociation = DHCPv6Option(rawValue: 3)
    /// An address inside an identity association.
    public static let address = DHCPv6Option(rawValue: 5)
    /// The options that the client wants.
    public static let optionRequest = DHCPv6Option(rawValue: 6)
    /// How much the server would like to be taken: 0 to 255.
    public static let preference = DHCPv6Option(rawValue: 7)
    /// Hundredths of a second since the client began this exchange.
    public static let elapsedTime = DHCPv6Option(rawValue: 8)
    /// How a request went, as a number and in words.
    public static let statusCode = DHCPv6Option(rawValue: 13)
    /// Two messages do instead of four.
    public static let rapidCommit = DHCPv6Option(rawValue: 14)
    /// Name servers, the preferred one first (RFC 3646 3).
    public static let nameServers = DHCPv6Option(rawValue: 23)
    /// Domains for names without a dot (RFC 3646 4).
    public static let domainList = DHCPv6Option(rawValue: 24)
    /// Time servers, the older form (RFC 4075 4).
    public static let sntpServers = DHCPv6Option(rawValue: 31)
    /// Seconds until settings without a lease are asked for again.
    public static let informationRefreshTime = DHCPv6Option(rawValue: 32)
    /// A time server, as an address or a name (RFC 5908 4).
    public static let ntpServer = DHCPv6Option(rawValue: 56)
    /// The longest time between two SOLICITs, in seconds.
    public static let solicitMaximum = DHCPv6Option(rawValue: 82)
    /// The longest time between two INFORMATION-REQUESTs, in seconds.
    public static let informationMaximum = DHCPv6Option(rawValue: 83)
}
