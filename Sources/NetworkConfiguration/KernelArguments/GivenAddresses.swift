import NetworkTypes

/// What several `ip=` say, by link.
struct GivenAddresses {
    /// Stands for every NIC; no link can have this name. An empty name is the first NIC with a carrier.
    static let everyNIC = "*:*"

    /// The links that were named, in order.
    private(set) var interfaces: [String] = []
    private var arguments: [String: [IPArgument]] = [:]

    /// Takes an argument for a link. A link may have one for IPv4 and one for IPv6.
    mutating func add(_ argument: IPArgument, to interface: String, _ problems: inout [String]) {
        if !interfaces.contains(interface) { interfaces.append(interface) }
        let others = arguments[interface, default: []]
        if let other = others.first(where: { $0.collides(with: argument) }) {
            problems.append(
                other.text == argument.text
                    ? "\(argument.text) is given twice"
                    : "\(other.text) and \(argument.text) are for one link: there may be one for IPv4 and one for IPv6")
            return
        }
        arguments[interface, default: []].append(argument)
    }

    /// What a link is called here.
    static func key(of link: LinkConfiguration) -> String {
        switch link.selector {
        case .everyPhysicalNIC: everyNIC
        case .firstWithCarrier: ""
        default: link.name
        }
    }

    /// The link with what was said of it; unchanged when nothing was.
    func apply(to link: LinkConfiguration) -> LinkConfiguration {
        guard let all = arguments[Self.key(of: link)], var addressing = all.first?.addressing else { return link }
        for other in all.dropFirst().map(\.addressing) {
            addressing.dhcp4 = addressing.dhcp4 ?? other.dhcp4
            addressing.dhcp6 = addressing.dhcp6 || other.dhcp6
            addressing.acceptsRouterAdvertisements =
                addressing.acceptsRouterAdvertisements ?? other.acceptsRouterAdvertisements
            addressing.addresses += other.addresses
            addressing.routes += other.routes
            addressing.nameServers += other.nameServers.filter { !addressing.nameServers.contains($0) }
        }
        var link = link
        link.addressing = addressing
        link.mtu = all.compactMap(\.mtu).first ?? link.mtu
        link.mac = all.compactMap(\.mac).first
        return link
    }
}

extension IPArgument {
    private var isForIPv4: Bool { addressing.dhcp4 != nil || addressing.addresses.contains { !$0.address.isIPv6 } }
    private var isForIPv6: Bool {
        addressing.dhcp6 || addressing.acceptsRouterAdvertisements == true
            || addressing.addresses.contains { $0.address.isIPv6 }
    }

    /// Whether both are for the same protocol, or one for no addresses at all, or both set what a link has only once.
    fileprivate func collides(with other: IPArgument) -> Bool {
        isForIPv4 && other.isForIPv4 || isForIPv6 && other.isForIPv6 || addressing.isNone || other.addressing.isNone
            || mtu != nil && other.mtu != nil && mtu != other.mtu || mac != nil && other.mac != nil && mac != other.mac
    }
}
