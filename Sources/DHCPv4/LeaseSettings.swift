import NetworkTypes

/// How a lease machine goes about its work.
public struct LeaseSettings: Equatable, Sendable {
    /// What servers are told of the client.
    public var identity = DHCPIdentity()
    /// How an address is probed before it is used.
    public var probing = AddressProbing()
    /// The server whose offer is taken as soon as it comes; `nil` for the first usable offer of any.
    public var preferredServer: IPv4Address?
    /// How long the preferred server is waited for after another one's offer.
    public var preferredServerWait: Duration = .seconds(3)

    /// The usual settings.
    public init() {}
}

/// How a client finds out whether another host has its address, and tells the link that it uses it (RFC 5227).
///
/// The RFC would have a client wait up to 7 s, for address conflicts among clients that choose their own. Here a server
/// chose the address, and hosts on a wired link answer in a millisecond or two. So the wait is short, it begins with the
/// offer and thus passes while the server confirms it, and later answers still count for as long as the address is
/// announced.
public struct AddressProbing: Equatable, Sendable {
    /// ARP probes sent; 0 uses an address without asking.
    public var probes = 2
    /// How long from the first probe until the address counts as free. The probes are spread over it.
    public var wait: Duration = .milliseconds(60)
    /// Announcements sent while the address is in use, 2 s apart (RFC 5227 2.3); answers are heeded until 2 s after the
    /// last one.
    public var announcements = 2

    /// Two probes, 60 ms, two announcements.
    public init() {}

    /// No probes and no announcements.
    public static var off: AddressProbing {
        var off = AddressProbing()
        off.probes = 0
        off.announcements = 0
        return off
    }
}
