import NetworkTypes

/// What a server granted: an address for a time, and what goes with it.
public struct DHCPLease: Equatable, Sendable {
    /// The address and its network.
    public let address: IPv4Prefix
    /// The server that granted it.
    public let server: IPv4Address
    /// The routes, the default route among them: option 121, or the first router of option 3.
    public let routes: [DHCPRoute]
    /// Name servers, the preferred one first.
    public let nameServers: [IPv4Address]
    /// The domain that the machine is in: option 15.
    public let domainName: String?
    /// Domains for names without a dot: option 119, or else option 15, which is one domain, but many servers are set to
    /// send several there.
    public let domains: [String]
    /// The host name that the server would give this machine.
    public let hostName: String?
    /// The link's MTU in bytes; `nil` when not sent, or under 576, which no real link has (RFC 791 3.1).
    public let mtu: UInt32?
    /// Time servers.
    public let ntpServers: [IPv4Address]
    /// What the client's vendor has agreed on with the server (option 43), as it came.
    public let vendorInformation: [UInt8]?
    /// Seconds that the lease lasts from the request on; `nil` for ever.
    public let leaseSeconds: UInt32?
    /// Seconds from the request on until it is renewed with its server (T1); `nil` for ever.
    public let renewalSeconds: UInt32?
    /// Seconds from the request on until it is renewed with any server (T2); `nil` for ever.
    public let rebindingSeconds: UInt32?

    /// The router of the default route.
    public var gateway: IPv4Address? { routes.first { $0.destination.length == 0 }?.router }

    /// The lease that an offer promises or an acknowledgement grants.
    ///
    /// - Throws: `UnusableLease` saying why this message makes no lease.
    public init(_ message: DHCPMessage) throws(UnusableLease) {
        let options = message.options
        guard let server = options.address(.serverIdentifier), Self.isHost(server) else {
            throw UnusableLease("it does not name its server")
        }
        self.server = server
        guard Self.isHost(message.yourAddress) else {
            throw UnusableLease("it has no usable address (\(message.yourAddress))")
        }
        let mask = options.address(.subnetMask) ?? Self.classfulMask(of: message.yourAddress)
        guard let address = IPv4Prefix(address: message.yourAddress, netmask: mask), address.length > 0 else {
            throw UnusableLease("its netmask \(mask) is none")
        }
        guard address.length > 30 || (address.address != address.network && address.address != address.broadcast)
        else { throw UnusableLease("\(address) is its network's own or broadcast address") }
        self.address = address
        // With option 121 the routers of option 3 must be ignored, even if 121 has no default route (RFC 3442).
        routes =
            options[.classlessRoutes].flatMap { DHCPRoute.classless(parsing: $0) }
            ?? options.addresses(.routers).filter(Self.isHost).prefix(1).compactMap { router in
                IPv4Prefix(address: .any, length: 0).map { DHCPRoute(to: $0, via: router) }
            }
        nameServers = options.addresses(.nameServers).filter { $0 != .any && $0 != .broadcast }
        ntpServers = options.addresses(.ntpServers).filter(Self.isHost)
        let named = (options.text(.domainName) ?? "").split { $0 == " " || $0 == "," }.map(String.init)
        domainName = named.first
        let searched = options[.domainSearch].flatMap { DomainSearchList.parse($0) } ?? []
        domains = searched.isEmpty ? named : searched
        vendorInformation = options[.vendorInformation]
        hostName = options.text(.hostName)
        mtu = options.integer(.interfaceMTU, as: UInt16.self).flatMap { $0 >= 576 ? UInt32($0) : nil }

        // A server must say how long (RFC 2131 table 3); where one does not, an hour is asked for anew in time.
        let seconds = options.integer(.leaseTime, as: UInt32.self) ?? 3600
        guard seconds != .max else {
            (leaseSeconds, renewalSeconds, rebindingSeconds) = (nil, nil, nil)
            return
        }
        // A few seconds would be a busy loop of renewals.
        let lease = max(seconds, 20)
        leaseSeconds = lease
        // The usual parts of the time (RFC 2131 4.4.5), unless the server gave some in the right order.
        let usual = (renewal: lease / 2, rebinding: lease - lease / 8)
        let given = (
            renewal: options.integer(.renewalTime, as: UInt32.self) ?? usual.renewal,
            rebinding: options.integer(.rebindingTime, as: UInt32.self) ?? usual.rebinding
        )
        let times =
            given.renewal >= 5 && given.renewal < given.rebinding && given.rebinding < lease ? given : usual
        renewalSeconds = times.renewal
        rebindingSeconds = times.rebinding
    }

    private static func isHost(_ address: IPv4Address) -> Bool {
        // 0.0.0.0/8 is "this network", 224.0.0.0/3 multicast and reserved (RFC 1122 3.2.1.3).
        let first = address.rawValue >> 24
        return first != 0 && first < 224 && !address.isLoopback
    }

    /// Before netmasks were sent, the address's first bits told them (RFC 791 3.2).
    private static func classfulMask(of address: IPv4Address) -> IPv4Address {
        switch address.rawValue >> 30 {
        case 0, 1: IPv4Address(rawValue: 0xff00_0000)
        case 2: IPv4Address(rawValue: 0xffff_0000)
        default: IPv4Address(rawValue: 0xffff_ff00)
        }
    }
}

/// A server's message that makes no lease.
public struct UnusableLease: Error, Equatable, CustomStringConvertible {
    /// Why, without a final full stop.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
