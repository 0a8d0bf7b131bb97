import ByteCoding
import CLinux
import Glibc
import NetworkTypes

/// How long the kernel keeps an address, in seconds from now; `UInt32.max` is for ever.
public struct AddressLifetime: Equatable, Sendable {
    /// Until new connections avoid the address.
    public let preferred: UInt32
    /// Until the kernel removes it.
    public let valid: UInt32

    /// A life time; the preferred part is at most the valid one.
    public init(preferred: UInt32, valid: UInt32) {
        self.preferred = min(preferred, valid)
        self.valid = valid
    }
}

/// Requests about addresses: `RTM_GETADDR`, `RTM_NEWADDR`, `RTM_DELADDR` of rtnetlink(7).
extension NetlinkSession {
    /// All addresses, IPv4 and IPv6, of one link or of all.
    public func addresses(of link: Link? = nil) throws(NetlinkError) -> [LinkAddress] {
        let asked = link.map { "list the addresses of link \($0.name)" } ?? "list addresses"
        let messages = try dump(AddressMessages.list(linkIndex: link?.index ?? 0), asked: asked)
        do throws(MalformedNetlinkMessage) {
            var addresses: [LinkAddress] = []
            for message in messages where message.type == Int(RTM_NEWADDR) {
                guard let address = try LinkAddress(parsing: message) else { continue }
                if let link, address.linkIndex != link.index { continue }
                addresses.append(address)
            }
            return addresses
        } catch {
            throw .malformed(asked: asked, error)
        }
    }

    /// Gives a link an address. That it has it already is an `EEXIST` error.
    ///
    /// - Parameters:
    ///   - lifetime: when the kernel removes the address by itself; `nil` never.
    ///   - metric: of the route to the address's own network; of two such routes the lower metric is used.
    ///   - isChecked: whether an IPv6 address is first checked for duplicates, which takes about a second (RFC 4862
    ///     5.4); until then it is tentative. IPv4 has no such check.
    public func add(
        _ address: IPPrefix, to link: Link, lifetime: AddressLifetime? = nil, metric: UInt32? = nil,
        isChecked: Bool = true
    ) throws(NetlinkError) {
        let message = AddressMessages.add(
            address, linkIndex: link.index, lifetime: lifetime, metric: metric, isChecked: isChecked,
            flags: NLM_F_CREATE | NLM_F_EXCL)
        try perform(message, asked: "add address \(address) to link \(link.name)")
    }

    /// Gives a link an address, or new life time and metric to the address it has. Parameters as for `add`.
    public func replace(
        _ address: IPPrefix, on link: Link, lifetime: AddressLifetime? = nil, metric: UInt32? = nil,
        isChecked: Bool = true
    ) throws(NetlinkError) {
        let message = AddressMessages.add(
            address, linkIndex: link.index, lifetime: lifetime, metric: metric, isChecked: isChecked,
            flags: NLM_F_CREATE | NLM_F_REPLACE)
        try perform(message, asked: "set address \(address) on link \(link.name)")
    }

    /// Takes an address off a link, and with it the routes that use it as their source.
    public func remove(_ address: IPPrefix, from link: Link) throws(NetlinkError) {
        try perform(
            AddressMessages.remove(address, linkIndex: link.index),
            asked: "remove address \(address) from link \(link.name)")
    }
}

/// The messages about addresses, without their sequence number and port id.
enum AddressMessages {
    static func list(linkIndex: Int32) -> NetlinkMessageBuilder {
        var message = NetlinkMessageBuilder(type: Int(RTM_GETADDR))
        message.fixedPart { header(&$0, family: AF_UNSPEC, prefixLength: 0, linkIndex: linkIndex) }
        return message
    }

    static func add(
        _ address: IPPrefix, linkIndex: Int32, lifetime: AddressLifetime?, metric: UInt32?, isChecked: Bool,
        flags: Int32
    ) -> NetlinkMessageBuilder {
        var message = NetlinkMessageBuilder(type: Int(RTM_NEWADDR), flags: flags)
        let addressFlags = address.address.isIPv6 && !isChecked ? UInt8(truncatingIfNeeded: IFA_F_NODAD) : 0
        message.fixedPart { writer in
            header(
                &writer, family: address.address.family, prefixLength: address.length, linkIndex: linkIndex,
                flags: addressFlags, scope: scope(of: address.address))
        }
        message.attribute(Int(IFA_LOCAL), bytes: address.address.octets)
        message.attribute(Int(IFA_ADDRESS), bytes: address.address.octets)
        // Networks of two addresses and of one have no broadcast address (RFC 3021).
        if let ipv4 = address.ipv4, ipv4.length < 31 {
            message.attribute(Int(IFA_BROADCAST), bytes: ipv4.broadcast.octets)
        }
        if let lifetime {
            var times = ByteWriter()
            times.native(lifetime.preferred)
            times.native(lifetime.valid)
            times.zeros(8)
            message.attribute(Int(IFA_CACHEINFO), bytes: times.bytes)
        }
        if let metric { message.attribute(Int(IFA_RT_PRIORITY), metric) }
        return message
    }

    static func remove(_ address: IPPrefix, linkIndex: Int32) -> NetlinkMessageBuilder {
        var message = NetlinkMessageBuilder(type: Int(RTM_DELADDR))
        message.fixedPart { writer in
            header(
                &writer, family: address.address.family, prefixLength: address.length, linkIndex: linkIndex)
        }
        message.attribute(Int(IFA_LOCAL), bytes: address.address.octets)
        message.attribute(Int(IFA_ADDRESS), bytes: address.address.octets)
        return message
    }

    /// For IPv6 the kernel sees the scope in the address.
    private static func scope(of address: IPAddress) -> UInt8 {
        guard case .v4(let address) = address else { return 0 }
        if address.isLoopback { return 254 }
        return address.isLinkLocal ? 253 : 0
    }

    /// `struct ifaddrmsg`.
    private static func header(
        _ writer: inout ByteWriter, family: Int32, prefixLength: UInt8, linkIndex: Int32, flags: UInt8 = 0,
        scope: UInt8 = 0
    ) {
        writer.native(UInt8(truncatingIfNeeded: family))
        writer.native(prefixLength)
        writer.native(flags)
        writer.native(scope)
        writer.native(linkIndex)
    }
}

extension IPAddress {
    /// `AF_INET` or `AF_INET6`.
    var family: Int32 { isIPv6 ? AF_INET6 : AF_INET }
}
