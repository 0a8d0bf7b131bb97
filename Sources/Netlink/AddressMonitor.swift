import ByteCoding
import CLinux
import LinuxSystem
import NetworkTypes

/// Hears of addresses that come, change and go, and of what routers announce: the multicast groups
/// `RTNLGRP_IPV4_IFADDR`, `RTNLGRP_IPV6_IFADDR`, `RTNLGRP_IPV6_IFINFO` and `RTNLGRP_ND_USEROPT` of rtnetlink(7).
///
/// Open it before listing the addresses, so that no change in between is missed. The options of a router's
/// announcement are told once, as it comes in, and cannot be listed later: open it before the links are set up.
/// Reading never waits; wait on `descriptor` with poll(2).
public final class AddressMonitor {
    /// What was heard.
    public enum Change: Equatable, Sendable {
        /// An address is new or has changed: its check for duplicates is over, its life time is another. Of a link-local
        /// address, and of one with a router's prefix, the kernel tells only once that check is over; a list has them
        /// before.
        case present(LinkAddress)
        /// An address has gone.
        case gone(LinkAddress)
        /// What the kernel knows of a link's routers has changed.
        case routers(linkIndex: Int32, RouterAnnouncements)
        /// A router has announced name servers or search domains. `router`: its link-local address.
        case routerOptions(linkIndex: Int32, router: IPv6Address?, [RouterOption])
        /// More changed than the socket could hold: list the addresses again.
        case missed
    }

    private let socket: NotificationSocket

    /// Listens in the calling thread's network namespace.
    ///
    /// - Throws: `NetlinkError.socket`.
    public init() throws(NetlinkError) {
        let routerOptions = UInt32(1) << (RTNLGRP_ND_USEROPT.rawValue - 1)
        socket = try NotificationSocket(
            groups: UInt32(RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV6_IFINFO) | routerOptions,
            subject: "address")
    }

    /// Readable when something was heard.
    public var descriptor: Descriptor { socket.descriptor }

    /// Everything heard since the last call.
    public func changes() throws(NetlinkError) -> [Change] {
        try socket.changes(missed: .missed) { Self.changes(in: $0) }
    }

    /// The changes in one datagram; one that cannot be read counts as missed.
    static func changes(in datagram: ArraySlice<UInt8>) -> [Change] {
        do throws(MalformedNetlinkMessage) {
            var changes: [Change] = []
            for message in try NetlinkMessage.parse(datagram) {
                switch message.type {
                case Int(RTM_NEWADDR):
                    if let address = try LinkAddress(parsing: message) { changes.append(.present(address)) }
                case Int(RTM_DELADDR):
                    if let address = try LinkAddress(parsing: message) { changes.append(.gone(address)) }
                case Int(RTM_NEWLINK):
                    if let change = try routers(message) { changes.append(change) }
                case Int(RTM_NEWNDUSEROPT):
                    if let change = try routerOptions(message) { changes.append(change) }
                default: continue
                }
            }
            return changes
        } catch {
            return [.missed]
        }
    }

    /// IPv6's own view of a link (`struct ifinfomsg`, family `AF_INET6`), whose state lies in `IFLA_PROTINFO`.
    private static func routers(_ message: NetlinkMessage) throws(MalformedNetlinkMessage) -> Change? {
        var reader = ByteReader(message.payload)
        let linkIndex: Int32
        do {
            guard try reader.native(UInt8.self) == UInt8(AF_INET6) else { return nil }
            try reader.skip(3)
            linkIndex = try reader.native()
            try reader.skip(8)
        } catch {
            throw MalformedNetlinkMessage("a link's header is cut short")
        }
        let attributes = try NetlinkAttributes(parsing: reader.readRest()).nested(Int(IFLA_PROTINFO))
        return attributes.flatMap { RouterAnnouncements($0) }.map { .routers(linkIndex: linkIndex, $0) }
    }

    /// `struct nduseroptmsg`, the options as they came, then attributes.
    private static func routerOptions(_ message: NetlinkMessage) throws(MalformedNetlinkMessage) -> Change? {
        var reader = ByteReader(message.payload)
        let (family, icmpType): (UInt8, UInt8)
        let linkIndex: Int32
        let options: ArraySlice<UInt8>
        do {
            family = try reader.native()
            try reader.skip(1)
            let length = Int(try reader.native(UInt16.self))
            linkIndex = try reader.native()
            icmpType = try reader.native()
            try reader.skip(7)
            options = try reader.read(length)
        } catch {
            throw MalformedNetlinkMessage("the options of a router are cut short")
        }
        guard Int32(family) == AF_INET6, icmpType == routerAdvertisement else { return nil }
        let known = try RouterOption.parse(options)
        guard !known.isEmpty else { return nil }
        let attributes = try NetlinkAttributes(parsing: reader.readRest())
        let router = attributes.bytes(Int(NDUSEROPT_SRCADDR)).flatMap { IPv6Address(octets: $0) }
        return .routerOptions(linkIndex: linkIndex, router: router, known)
    }
}

/// The ICMPv6 type of a router advertisement (RFC 4861 4.2).
private let routerAdvertisement: UInt8 = 134
