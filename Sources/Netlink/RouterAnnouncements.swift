import CLinux

/// What the kernel knows of the routers on a link, from their advertisements (RFC 4861 4.2).
public struct RouterAnnouncements: Equatable, Sendable {
    /// What was asked and heard.
    public let flags: RouterFlags
    /// The MTU that a router announced, in bytes; the kernel uses it for IPv6 by itself. Lists of links leave it out.
    public let mtu: UInt32?

    /// From the attributes `IFLA_INET6_*`; `nil` when the flags are not among them.
    init?(_ attributes: NetlinkAttributes) {
        guard let flags = attributes.integer(Int(IFLA_INET6_FLAGS), as: UInt32.self) else { return nil }
        self.flags = RouterFlags(rawValue: flags)
        mtu = attributes.integer(Int(IFLA_INET6_RA_MTU))
    }
}

/// What was asked of a link's routers, and heard (`IF_*` of the kernel's include/net/if_inet6.h).
public struct RouterFlags: OptionSet, Hashable, Sendable {
    /// The flags as the kernel has them.
    public let rawValue: UInt32

    /// Flags from the kernel's number.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The kernel has asked for routers (`IF_RS_SENT`).
    public static let asked = RouterFlags(rawValue: 0x10)
    /// A router has answered (`IF_RA_RCVD`).
    public static let heard = RouterFlags(rawValue: 0x20)
    /// Addresses are to be had by DHCPv6: the flag M (`IF_RA_MANAGED`).
    public static let managed = RouterFlags(rawValue: 0x40)
    /// Other settings are to be had by DHCPv6: the flag O (`IF_RA_OTHERCONF`). With M it says nothing more.
    public static let otherSettings = RouterFlags(rawValue: 0x80)
}
