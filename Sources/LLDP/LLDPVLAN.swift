/// A VLAN that a port carries, with the name that the switch has for it.
public struct LLDPVLAN: Hashable, Sendable {
    /// The VLAN's ID, 1 to 4094.
    public let id: UInt16
    /// Its name; empty when it has none.
    public let name: String

    /// A VLAN.
    public init(id: UInt16, name: String) {
        self.id = id
        self.name = name
    }

    /// 0 stands for no VLAN and 4095 is reserved (IEEE 802.1Q 9.6).
    static func isUsable(_ id: UInt16) -> Bool { (1...4094).contains(id) }
}

/// Whether a port is bundled with others (IEEE 802.3 79.3.3; later IEEE 802.1Q D.2.7).
public struct LLDPAggregation: Hashable, Sendable {
    /// Whether it could be.
    public let isCapable: Bool
    /// Whether it is.
    public let isEnabled: Bool
    /// The interface number of the bundle; 0 when there is none.
    public let portID: UInt32

    /// A port's state.
    public init(isCapable: Bool, isEnabled: Bool, portID: UInt32) {
        self.isCapable = isCapable
        self.isEnabled = isEnabled
        self.portID = portID
    }
}
