import DHCPv4
import Netlink
import NetworkConfiguration
import NetworkTypes

/// The addresses, routes and MTU that a link is to have from one source.
struct LinkPlan: Equatable {
    /// One address and how long it lasts.
    struct Address: Equatable {
        let prefix: IPPrefix
        let lifetime: AddressLifetime?
    }

    let addresses: [Address]
    /// Of the routes to the addresses' own networks.
    let metric: UInt32
    /// Routes without a router come first: others may need them to reach theirs.
    let routes: [Route]
    let mtu: UInt32?

    /// What a lease asks for.
    ///
    /// - Parameters:
    ///   - expiry: when the kernel is to remove the address by itself, in case nobody else does.
    ///   - mtu: what the configuration says; it comes before what the server says.
    ///   - isPreferred: whether `metric` outranks what was configured, since the controller answers there.
    init(
        _ lease: DHCPLease, expiry: Duration?, linkIndex: Int32, metric: UInt32, mtu: UInt32?,
        settings: DHCPv4Settings = DHCPv4Settings(), isPreferred: Bool = false
    ) {
        addresses = [Address(prefix: IPPrefix(lease.address), lifetime: expiry.map(Self.lifetime))]
        self.metric = metric
        self.mtu = mtu ?? (settings.usesMTU ? lease.mtu : nil)
        let source = lease.address.address
        // A router that is the machine itself stands for "everything is on the link".
        let given = settings.usesRoutes ? lease.routes : []
        let wanted = given.map { DHCPRoute(to: $0.destination, via: $0.router == source ? nil : $0.router) }
        let onLink = [lease.address] + wanted.filter { $0.router == nil }.map(\.destination)
        routes = (wanted.filter { $0.router == nil } + wanted.filter { $0.router != nil }).map { route in
            Route(
                to: IPPrefix(route.destination), via: route.router.map(IPAddress.v4), linkIndex: linkIndex,
                metric: isPreferred ? metric : settings.routeMetric ?? metric, source: .v4(source),
                isGatewayOnLink: !(route.router.map { router in onLink.contains { $0.contains(router) } } ?? true),
                origin: .dhcp)
        }
    }

    /// What fixed addresses ask for.
    init(_ addressing: Addressing, linkIndex: Int32, metric: UInt32, isPreferred: Bool = false) {
        addresses = addressing.addresses.map { Address(prefix: $0, lifetime: nil) }
        self.metric = metric
        mtu = nil
        let first = addressing.addresses.first { !$0.address.isIPv6 }?.address
        let sorted = addressing.routes.filter { $0.gateway == nil } + addressing.routes.filter { $0.gateway != nil }
        routes = sorted.map { route in
            Route(
                to: route.destination, via: route.gateway, linkIndex: linkIndex,
                metric: isPreferred ? metric : route.metric ?? metric,
                source: route.source ?? (route.destination.address.isIPv6 ? nil : first),
                isGatewayOnLink: route.isOnLink, origin: .configured)
        }
    }

    /// What a DHCP server of IPv6 gives: an address of its own, without routes (RFC 8415 leaves those to the routers).
    init(_ address: IPv6Address, lifetime: AddressLifetime, metric: UInt32) {
        addresses = IPPrefix(address: .v6(address), length: 128).map { [Address(prefix: $0, lifetime: lifetime)] } ?? []
        self.metric = metric
        routes = []
        mtu = nil
    }

    /// The default router of IPv4, else that of IPv6.
    var gateway: IPAddress? {
        let routers = routes.filter(\.isDefault).compactMap(\.gateway)
        return routers.first { !$0.isIPv6 } ?? routers.first
    }

    /// Gives the link what it is to have, and takes from it what the earlier plan gave. An address that both have, and
    /// a route to it, are never missing in between.
    ///
    /// - Returns: what could not be done but leaves the link usable, one sentence each.
    /// - Throws: when an address cannot be set.
    func apply(to link: Link, replacing earlier: LinkPlan?, with session: NetlinkSession) throws(NetlinkError)
        -> [String]
    {
        var warnings: [String] = []
        if let mtu, mtu != link.mtu {
            attempt(&warnings) { () throws(NetlinkError) in try session.setMTU(mtu, of: link) }
        }
        for address in addresses {
            try session.replace(address.prefix, on: link, lifetime: address.lifetime, metric: metric)
        }
        for route in routes {
            attempt(&warnings) { () throws(NetlinkError) in try session.replace(route, over: link) }
        }
        guard let earlier else { return warnings }
        for address in earlier.addresses where !addresses.contains(where: { $0.prefix == address.prefix }) {
            warnings += Self.remove(address.prefix, from: link, with: session)
        }
        for route in earlier.routes where !routes.contains(where: { $0.isSamePlace(as: route) }) {
            attempt(&warnings) { () throws(NetlinkError) in try session.remove(route, over: link) }
        }
        return warnings
    }

    /// Takes the addresses off the link; the kernel takes the routes that have them as their source.
    func withdraw(from link: Link, with session: NetlinkSession) -> [String] {
        addresses.flatMap { Self.remove($0.prefix, from: link, with: session) }
    }

    private static func lifetime(_ left: Duration) -> AddressLifetime {
        let seconds = UInt32(clamping: max(left.components.seconds, 1))
        return AddressLifetime(preferred: seconds, valid: seconds)
    }

    private static func remove(_ address: IPPrefix, from link: Link, with session: NetlinkSession) -> [String] {
        do throws(NetlinkError) {
            try session.remove(address, from: link)
            return []
        } catch {
            // Its life time was over, or the link has gone.
            let isGone = error.errno == .addressNotAvailable || error.errno == .operationNotSupportedByDevice
            return isGone ? [] : [error.description]
        }
    }

    private func attempt(_ warnings: inout [String], _ body: () throws(NetlinkError) -> Void) {
        do throws(NetlinkError) {
            try body()
        } catch {
            // A route that goes with its address, or with the route in its place, has gone already.
            if error.errno != .noSuchProcess { warnings.append(error.description) }
        }
    }
}

extension Route {
    /// Whether one takes the place of the other in the kernel's table: same network and metric.
    fileprivate func isSamePlace(as other: Route) -> Bool {
        destination == other.destination && metric == other.metric && linkIndex == other.linkIndex
    }
}
