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
    public func add(
        _ address: IPv4Prefix, to link: Link, lifetime: AddressLifetime? = nil, metric: UInt32? = nil
    ) throws(NetlinkError) {
        let message = AddressMessages.add(
            address, linkIndex: link.index, lifetime: lifetime, metric: metric, flags: NLM_F_CREATE | NLM_F_EXCL)
        try perform(message, asked: "add address \(address) to link \(link.name)")
    }

    /// Gives a link an address, or new life time and metric to the address it has.
    public func replace(
        _ address: IPv4Prefix, on link: Link, lifetime: AddressLifetime? = nil, metric: UInt32? = nil
    ) throws(NetlinkError) {
        let message = AddressMessages.add(
            address, linkIndex: link.index, lifetime: lifetime, metric: metric, flags: NLM_F_CREATE | NLM_F_REPLACE)
        try perform(message, asked: "set address \(address) on link \(link.name)")
    }

    /// Takes an address off a link, and with it the routes that use it as their source.
    public func remove(_ address: IPv4Prefix, from link: Link) throws(NetlinkError) {
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
        _ address: IPv4Prefix, linkIndex: Int32, lifetime: AddressLifetime?, metric: UInt32?, flags: Int32
    ) -> NetlinkMessageBuilder {
        var message = NetlinkMessageBuilder(type: Int(RTM_NEWADDR), flags: flags)
        message.fixedPart {
            header(&$0, family: AF_INET, prefixLength: address.length, linkIndex: linkIndex, scope: scope(of: address))
        }
        message.attribute(Int(IFA_LOCAL), bytes: address.address.octets)
        message.attribute(Int(IFA_ADDRESS), bytes: address.address.octets)
        // Networks of two addresses and of one have no broadcast address (RFC 3021).
        if address.length < 31 { message.attribute(Int(IFA_BROADCAST), bytes: address.broadcast.octets) }
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

    static func remove(_ address: IPv4Prefix, linkIndex: Int32) -> NetlinkMessageBuilder {
        var message = NetlinkMessageBuilder(type: Int(RTM_DELADDR))
        message.fixedPart { header(&$0, family: AF_INET, prefixLength: address.length, linkIndex: linkIndex) }
        message.attribute(Int(IFA_LOCAL), bytes: address.address.octets)
        message.attribute(Int(IFA_ADDRESS), bytes: address.address.octets)
        return message
    }

    private static func scope(of address: IPv4Prefix) -> UInt8 {
        if address.address.isLoopback { return 254 }
        return address.address.isLinkLocal ? 253 : 0
    }

    /// `struct ifaddrmsg`.
    private static func header(
        _ writer: inout ByteWriter, family: Int32, prefixLength: UInt8, linkIndex: Int32, scope: UInt8 = 0
    ) {
        writer.native(UInt8(truncatingIfNeeded: family))
        writer.native(prefixLength)
        writer.zeros(1)
        writer.native(scope)
        writer.native(linkIndex)
    }
}
