import NetworkTypes

/// What an operator can say about the network in plain keys, before it is checked and made into a model.
public struct NetworkSettings: Equatable, Sendable {
    /// The machine's fixed address (`STATIC_IP`); `nil` for DHCP.
    public var staticAddress: IPv4Prefix?
    /// The default router (`STATIC_GATEWAY`).
    public var gateway: IPv4Address?
    /// The link, by name or MAC address (`STATIC_IFACE`); empty for the first NIC with a carrier.
    public var interface = ""
    /// Name servers (`dns_resolver`).
    public var nameServers: [IPv4Address] = []
    /// Time servers (`NTP_SERVERS`).
    public var ntpServers: [String] = []
    /// Bytes (`MTU`).
    public var mtu: UInt32?

    /// Nothing said: DHCP on every physical NIC.
    public init() {}

    /// The model of these settings.
    ///
    /// - Throws: `NetworkConfigurationError` with every contradiction, such as a gateway without an address.
    public func configuration() throws(NetworkConfigurationError) -> NetworkConfiguration {
        var problems: [String] = []
        if staticAddress == nil, let gateway {
            problems.append("STATIC_GATEWAY \(gateway) is given without STATIC_IP")
        }
        if staticAddress == nil, !interface.isEmpty {
            problems.append("STATIC_IFACE \(interface) is given without STATIC_IP")
        }
        let link =
            if let staticAddress {
                LinkConfiguration(
                    selector: LinkSelector(interface),
                    addressing: .fixed(StaticAddress(address: staticAddress, gateway: gateway)), mtu: mtu)
            } else {
                LinkConfiguration(selector: .everyPhysicalNIC, addressing: .dhcp, mtu: mtu)
            }
        let configuration = Result { () throws(NetworkConfigurationError) in
            try NetworkConfiguration(links: [link], nameServers: nameServers, ntpServers: ntpServers)
        }
        switch configuration {
        case .success(let configuration) where problems.isEmpty: return configuration
        case .success: throw NetworkConfigurationError(problems: problems)
        case .failure(let error): throw NetworkConfigurationError(problems: problems + error.problems)
        }
    }
}
