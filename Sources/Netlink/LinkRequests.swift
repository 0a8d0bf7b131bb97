import ByteCoding
import CLinux

/// Requests about links: `RTM_GETLINK`, `RTM_NEWLINK` of rtnetlink(7).
extension NetlinkSession {
    /// All links of this network namespace, in order of their index.
    public func links() throws(NetlinkError) -> [Link] {
        let asked = "list links"
        let messages = try dump(LinkMessages.list(), asked: asked)
        do throws(MalformedNetlinkMessage) {
            var links: [Link] = []
            for message in messages where message.type == Int(RTM_NEWLINK) { links.append(try Link(parsing: message)) }
            return links.sorted { $0.index < $1.index }
        } catch {
            throw .malformed(asked: asked, error)
        }
    }

    /// Sets a link up; its driver starts to look for a carrier.
    public func setUp(_ link: Link) throws(NetlinkError) {
        try perform(LinkMessages.setFlags(.up, of: link.index), asked: "set link \(link.name) up")
    }

    /// Sets a link down; its addresses stay, its routes go.
    public func setDown(_ link: Link) throws(NetlinkError) {
        try perform(LinkMessages.setFlags([], of: link.index), asked: "set link \(link.name) down")
    }

    /// Sets the largest packet that a link sends, in bytes without the Ethernet header.
    public func setMTU(_ mtu: UInt32, of link: Link) throws(NetlinkError) {
        try perform(LinkMessages.setMTU(mtu, of: link.index), asked: "set the MTU of link \(link.name) to \(mtu)")
    }
}

/// The messages about links, without their sequence number and port id.
enum LinkMessages {
    /// `RTEXT_FILTER_SKIP_STATS`: leave the counters out, they are most of a link's bytes.
    private static let skipStatistics: UInt32 = 1 << 3

    static func list() -> NetlinkMessageBuilder {
        var message = NetlinkMessageBuilder(type: Int(RTM_GETLINK))
        message.fixedPart { header(&$0, index: 0) }
        message.attribute(Int(IFLA_EXT_MASK), skipStatistics)
        return message
    }

    static func setFlags(_ flags: LinkFlags, of index: Int32) -> NetlinkMessageBuilder {
        var message = NetlinkMessageBuilder(type: Int(RTM_NEWLINK))
        message.fixedPart { header(&$0, index: index, flags: flags, changed: .up) }
        return message
    }

    /// A message about one link, or with index 0 about a new one, to which attributes are to be added.
    static func change(_ index: Int32, type: Int = Int(RTM_NEWLINK), flags: Int32 = 0) -> NetlinkMessageBuilder {
        var message = NetlinkMessageBuilder(type: type, flags: flags)
        message.fixedPart { header(&$0, index: index) }
        return message
    }

    static func setMTU(_ mtu: UInt32, of index: Int32) -> NetlinkMessageBuilder {
        var message = change(index)
        message.attribute(Int(IFLA_MTU), mtu)
        return message
    }

    /// `struct ifinfomsg`.
    private static func header(
        _ writer: inout ByteWriter, index: Int32, flags: LinkFlags = [], changed: LinkFlags = []
    ) {
        writer.zeros(4)
        writer.native(index)
        writer.native(flags.rawValue)
        writer.native(changed.rawValue)
    }
}
