import CLinux
import NetworkTypes

/// What a bond says of one of its members (`IFLA_INFO_SLAVE_DATA` of kind `bond`).
public struct BondMember: Equatable, Sendable {
    /// A port's state in the link aggregation protocol (IEEE 802.1AX 6.4.2.3).
    public struct PortState: OptionSet, Hashable, Sendable {
        /// The bits as they are sent.
        public let rawValue: UInt8

        /// A state from its bits.
        public init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        /// It sends LACPDUs unasked.
        public static let active = PortState(rawValue: 1 << 0)
        /// It may be joined with others.
        public static let aggregatable = PortState(rawValue: 1 << 2)
        /// It belongs to the right group.
        public static let synchronized = PortState(rawValue: 1 << 3)
        /// It takes frames.
        public static let collecting = PortState(rawValue: 1 << 4)
        /// It sends frames.
        public static let distributing = PortState(rawValue: 1 << 5)
        /// It has heard nothing and assumes a partner.
        public static let defaulted = PortState(rawValue: 1 << 6)
        /// What it heard is too old.
        public static let expired = PortState(rawValue: 1 << 7)
    }

    /// Whether the bond sends by it.
    public let isActive: Bool
    /// Its own MAC address, which it does not use while it is a member.
    public let permanentMAC: MACAddress?
    /// Which group of ports it belongs to; `nil` unless the mode is 802.3ad.
    public let aggregator: UInt16?
    /// This end's state.
    public let actor: PortState?
    /// The other end's state, as it was last heard.
    public let partner: PortState?

    /// Reads a member's attributes.
    init(_ attributes: NetlinkAttributes) {
        isActive = attributes.integer(Int(IFLA_BOND_SLAVE_STATE), as: UInt8.self) == 0
        permanentMAC = attributes.bytes(Int(IFLA_BOND_SLAVE_PERM_HWADDR)).flatMap { MACAddress(octets: $0) }
        aggregator = attributes.integer(Int(IFLA_BOND_SLAVE_AD_AGGREGATOR_ID))
        actor = attributes.integer(Int(IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE), as: UInt8.self)
            .map(PortState.init)
        // The kernel sends this end's state as one octet, and the other end's as two.
        partner = attributes.integer(Int(IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE), as: UInt16.self)
            .map { PortState(rawValue: UInt8(truncatingIfNeeded: $0)) }
    }

    /// Whether both ends send and take frames.
    public var isAggregating: Bool {
        let ready: PortState = [.synchronized, .collecting, .distributing]
        return actor?.isSuperset(of: ready) == true && partner?.isSuperset(of: ready) == true
    }

    /// How far the two ends have agreed, as one clause; `nil` unless the mode is 802.3ad.
    public var aggregation: String? {
        guard let actor, let partner else { return nil }
        if isAggregating { return "aggregated with the switch" }
        if actor.contains(.defaulted) || partner.isEmpty { return "no LACPDU from the switch" }
        if actor.contains(.expired) { return "the switch has stopped sending LACPDUs" }
        if !partner.contains(.aggregatable) { return "the switch does not let this port be aggregated" }
        if !partner.contains(.synchronized) {
            return "the switch sends LACPDUs but has this port in no group with the others"
        }
        return "the switch sends LACPDUs but does not take traffic yet"
    }
}
