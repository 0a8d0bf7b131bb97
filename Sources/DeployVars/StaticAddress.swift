import NetworkTypes

/// `STATIC_IP` and what belongs to it.
public struct StaticAddress: Equatable, Sendable {
    /// The address and its network.
    public var prefix: IPv4Prefix
    /// The default gateway.
    public var gateway: IPv4Address?
    /// Which NIC; `nil` for the one there is.
    public var interface: InterfaceReference?

    /// An address.
    public init(prefix: IPv4Prefix, gateway: IPv4Address? = nil, interface: InterfaceReference? = nil) {
        self.prefix = prefix
        self.gateway = gateway
        self.interface = interface
    }
}
