import NetworkTypes

/// One VLAN on top of an interface.
public struct VLANVars: Hashable, Sendable {
    /// The VLAN's id, 1 to 4094.
    public let id: Int
    /// What it lies on.
    public let parent: InterfaceReference
    /// Its static address; `nil` for DHCP.
    public let prefix: IPv4Prefix?
    /// The default gateway through it.
    public let gateway: IPv4Address?

    /// Reads `id:parent[:cidr[:gateway]]`; a MAC address as parent is written with hyphens.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...4).contains(parts.count), let id = wholeNumber(parts[0], in: 1...4094),
            let parent = InterfaceReference(parts[1])
        else { return nil }
        self.id = id
        self.parent = parent
        let prefix = parts.count > 2 ? IPv4Prefix(parts[2]) : nil
        let gateway = parts.count > 3 ? IPv4Address(parts[3]) : nil
        guard (prefix == nil) == (parts.count < 3), (gateway == nil) == (parts.count < 4) else { return nil }
        self.prefix = prefix
        self.gateway = gateway
    }
}
