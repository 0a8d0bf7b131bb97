import CLinux
import NetworkConfiguration
import NetworkTypes

/// Requests about links that exist in software only: bonds, bridges and VLANs (`RTM_NEWLINK` with `IFLA_LINKINFO`).
extension NetlinkSession {
    /// Makes a bond without members.
    ///
    /// - Parameters:
    ///   - parameters: what the mode has no use for is left out; the primary is set by `setPrimary` once it is a member.
    ///   - mtu: in bytes; members get it when they join.
    public func createBond(
        _ name: String, _ parameters: BondParameters, mtu: UInt32? = nil, mac: MACAddress? = nil
    ) throws(NetlinkError) {
        var message = VirtualLinkMessages.create(name, mtu: mtu, mac: mac)
        VirtualLinkMessages.kind("bond", of: &message) { BondAttributes.append(parameters, to: &$0) }
        try perform(message, asked: "create bond \(name) of mode \(parameters.mode.rawValue)")
    }

    /// Makes a bridge without members.
    public func createBridge(
        _ name: String, _ parameters: BridgeParameters, mtu: UInt32? = nil, mac: MACAddress? = nil
    ) throws(NetlinkError) {
        var message = VirtualLinkMessages.create(name, mtu: mtu, mac: mac)
        VirtualLinkMessages.kind("bridge", of: &message) { VirtualLinkMessages.append(parameters, to: &$0) }
        try perform(message, asked: "create bridge \(name)")
    }

    /// Makes a link for one tag (IEEE 802.1Q) of another link.
    public func createVLAN(
        _ name: String, id: UInt16, on parent: Link, mtu: UInt32? = nil, mac: MACAddress? = nil
    ) throws(NetlinkError) {
        var message = VirtualLinkMessages.create(name, mtu: mtu, mac: mac)
        message.attribute(Int(IFLA_LINK), parent.index)
        VirtualLinkMessages.kind("vlan", of: &message) { $0.attribute(Int(IFLA_VLAN_ID), id) }
        try perform(message, asked: "create VLAN \(id) of link \(parent.name) as \(name)")
    }

    /// Removes a link that exists in software only; what lies upon it goes, too.
    public func delete(_ link: Link) throws(NetlinkError) {
        try perform(VirtualLinkMessages.delete(link.index), asked: "remove link \(link.name)")
    }

    /// Makes a link a member of a bond or bridge. A bond takes only links that are set down.
    public func join(_ link: Link, to master: Link) throws(NetlinkError) {
        try perform(
            VirtualLinkMessages.setMaster(master.index, of: link.index),
            asked: "make link \(link.name) a member of \(master.name)")
    }

    /// Takes a link out of its bond or bridge.
    public func leave(_ link: Link) throws(NetlinkError) {
        try perform(
            VirtualLinkMessages.setMaster(0, of: link.index), asked: "take link \(link.name) out of its bond or bridge")
    }

    /// Names the member of a bond that is used as long as it has a carrier.
    public func setPrimary(_ member: Link, of bond: Link) throws(NetlinkError) {
        var message = LinkMessages.change(bond.index)
        VirtualLinkMessages.kind("bond", of: &message) { $0.attribute(Int(IFLA_BOND_PRIMARY), UInt32(member.index)) }
        try perform(message, asked: "make link \(member.name) the primary of bond \(bond.name)")
    }

    /// Gives a link another name. The kernel refuses it for most links that are set up.
    public func rename(_ link: Link, to name: String) throws(NetlinkError) {
        var message = LinkMessages.change(link.index)
        message.attribute(Int(IFLA_IFNAME), text: name)
        try perform(message, asked: "rename link \(link.name) to \(name)")
    }

    /// Gives a link another MAC address.
    public func setMAC(_ mac: MACAddress, of link: Link) throws(NetlinkError) {
        var message = LinkMessages.change(link.index)
        message.attribute(Int(IFLA_ADDRESS), bytes: mac.octets)
        try perform(message, asked: "set the MAC address of link \(link.name) to \(mac)")
    }
}

/// The messages about links in software, without their sequence number and port id.
enum VirtualLinkMessages {
    /// Times of bridges are in hundredths of a second (`USER_HZ`).
    private static let bridgeClock: UInt32 = 100

    static func create(_ name: String, mtu: UInt32?, mac: MACAddress?) -> NetlinkMessageBuilder {
        var message = LinkMessages.change(0, flags: NLM_F_CREATE | NLM_F_EXCL)
        message.attribute(Int(IFLA_IFNAME), text: name)
        if let mtu { message.attribute(Int(IFLA_MTU), mtu) }
        if let mac { message.attribute(Int(IFLA_ADDRESS), bytes: mac.octets) }
        return message
    }

    static func kind(
        _ kind: String, of message: inout NetlinkMessageBuilder, _ data: (inout NetlinkMessageBuilder) -> Void
    ) {
        message.nested(Int(IFLA_LINKINFO)) { info in
            info.attribute(Int(IFLA_INFO_KIND), text: kind)
            info.nested(Int(IFLA_INFO_DATA), data)
        }
    }

    static func delete(_ index: Int32) -> NetlinkMessageBuilder {
        LinkMessages.change(index, type: Int(RTM_DELLINK))
    }

    static func setMaster(_ master: Int32, of index: Int32) -> NetlinkMessageBuilder {
        var message = LinkMessages.change(index)
        message.attribute(Int(IFLA_MASTER), master)
        return message
    }

    static func append(_ bridge: BridgeParameters, to data: inout NetlinkMessageBuilder) {
        let times: [(Int, UInt32?)] = [
            (Int(IFLA_BR_FORWARD_DELAY), bridge.forwardDelaySeconds), (Int(IFLA_BR_HELLO_TIME), bridge.helloSeconds),
            (Int(IFLA_BR_MAX_AGE), bridge.maximumAgeSeconds), (Int(IFLA_BR_AGEING_TIME), bridge.ageingSeconds),
        ]
        for case (let type, let seconds?) in times {
            data.attribute(type, seconds.multipliedReportingOverflow(by: bridgeClock).partialValue)
        }
        if let usesSpanningTree = bridge.usesSpanningTree {
            data.attribute(Int(IFLA_BR_STP_STATE), UInt32(usesSpanningTree ? 1 : 0))
        }
        if let priority = bridge.priority { data.attribute(Int(IFLA_BR_PRIORITY), priority) }
    }
}
