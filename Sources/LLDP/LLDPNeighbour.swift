import NetworkTypes

/// The port at the other end of a cable, and the switch that it belongs to.
public struct LLDPNeighbour: Hashable, Sendable, CustomStringConvertible {
    /// The switch's name.
    public let systemName: String?
    /// The chassis.
    public let chassisID: LLDPIdentifier
    /// The port.
    public let portID: LLDPIdentifier
    /// What the switch's administrator calls the port.
    public let portDescription: String?
    /// What the system is, as far as it says.
    public let capabilities: LLDPCapabilities?
    /// The VLAN of untagged frames, 1 to 4094.
    public let nativeVLAN: UInt16?
    /// The VLANs that the port names.
    public let vlans: [LLDPVLAN]
    /// The first address at which the switch is managed.
    public let managementAddress: IPAddress?
    /// Whether the port is bundled with others.
    public let aggregation: LLDPAggregation?
    /// The largest frame in bytes, header and checksum included.
    public let maximumFrameSize: UInt16?
    /// Seconds for which this holds unless it is heard again.
    public private(set) var ttlSeconds: UInt16

    /// What a data unit tells.
    public init(_ unit: LLDPDU) {
        systemName = unit.systemName
        chassisID = unit.chassisID
        portID = unit.portID
        portDescription = unit.portDescription
        capabilities = unit.enabledCapabilities
        nativeVLAN = unit.portVLAN
        vlans = unit.vlans
        managementAddress = unit.managementAddresses.first
        aggregation = unit.aggregation
        maximumFrameSize = unit.maximumFrameSize
        ttlSeconds = unit.ttlSeconds
    }

    /// One line for a console, such as `switch leaf-12 port Ethernet1/7 (rack 4), VLAN 100`.
    public var description: String {
        var line = "\(kindOfSystem) \(systemName ?? chassisID.text) port \(portID)"
        if let portDescription, portDescription != portID.text { line += " (\(portDescription))" }
        if let nativeVLAN { line += ", VLAN \(nativeVLAN)" }
        // A bundle with a machine that does not bond its NICs is a common reason for a dead link.
        if aggregation?.isEnabled == true { line += ", link aggregation on" }
        return line
    }

    private var kindOfSystem: String {
        // Many switches do not say what they are, and hardly anything else sends LLDP to a server.
        guard let capabilities, capabilities.isDisjoint(with: [.bridge, .router, .repeater]), !capabilities.isEmpty
        else { return "switch" }
        return capabilities.contains(.stationOnly) ? "host" : "device"
    }

    /// Whether the other tells an operator the same: all but how long it holds.
    func tellsTheSame(as other: LLDPNeighbour) -> Bool {
        var other = other
        other.ttlSeconds = ttlSeconds
        return self == other
    }
}
