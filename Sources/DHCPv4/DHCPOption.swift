/// The code of a DHCP option (RFC 2132, RFC 3004, RFC 3397, RFC 3442, RFC 4578).
public struct DHCPOption: RawRepresentable, Hashable, Sendable {
    /// The code as it is sent.
    public let rawValue: UInt8

    /// An option from its code.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Subnet mask.
    public static let subnetMask = DHCPOption(rawValue: 1)
    /// Routers, the preferred one first.
    public static let routers = DHCPOption(rawValue: 3)
    /// Name servers, the preferred one first.
    public static let nameServers = DHCPOption(rawValue: 6)
    /// The client's host name.
    public static let hostName = DHCPOption(rawValue: 12)
    /// The domain for names without a dot.
    public static let domainName = DHCPOption(rawValue: 15)
    /// The largest packet to send on this link.
    public static let interfaceMTU = DHCPOption(rawValue: 26)
    /// Time servers.
    public static let ntpServers = DHCPOption(rawValue: 42)
    /// What the vendor of the client has agreed on with the server; opaque here.
    public static let vendorInformation = DHCPOption(rawValue: 43)
    /// The address that the client would like.
    public static let requestedAddress = DHCPOption(rawValue: 50)
    /// Seconds that the lease lasts.
    public static let leaseTime = DHCPOption(rawValue: 51)
    /// Which of the fields `file` and `sname` hold options as well.
    public static let overload = DHCPOption(rawValue: 52)
    /// What kind of message this is.
    public static let messageType = DHCPOption(rawValue: 53)
    /// The server's address, by which it is recognised.
    public static let serverIdentifier = DHCPOption(rawValue: 54)
    /// The options that the client wants.
    public static let parameterRequestList = DHCPOption(rawValue: 55)
    /// Why a request was refused, in words.
    public static let message = DHCPOption(rawValue: 56)
    /// The longest message that the client takes.
    public static let maximumMessageSize = DHCPOption(rawValue: 57)
    /// Seconds until the client asks its server to renew (T1).
    public static let renewalTime = DHCPOption(rawValue: 58)
    /// Seconds until the client asks any server to renew (T2).
    public static let rebindingTime = DHCPOption(rawValue: 59)
    /// What kind of client it is.
    public static let vendorClass = DHCPOption(rawValue: 60)
    /// By what the server recognises the client.
    public static let clientIdentifier = DHCPOption(rawValue: 61)
    /// What kinds of user or use the client belongs to.
    public static let userClass = DHCPOption(rawValue: 77)
    /// The client's architecture, as firmware numbers it.
    public static let clientArchitecture = DHCPOption(rawValue: 93)
    /// The version of the firmware's driver of the network interface.
    public static let clientInterface = DHCPOption(rawValue: 94)
    /// The client's UUID.
    public static let clientUUID = DHCPOption(rawValue: 97)
    /// Domains for names without a dot.
    public static let domainSearch = DHCPOption(rawValue: 119)
    /// Routes with prefixes of any length (RFC 3442).
    public static let classlessRoutes = DHCPOption(rawValue: 121)
}
