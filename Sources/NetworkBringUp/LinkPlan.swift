import DHCPv4
import Netlink
import NetworkConfiguration
import NetworkTypes

/// The address, routes and MTU that a link is to have.
struct LinkPlan: Equatable {
    let address: IPv4Prefix
    let lifetime: AddressLifetime?
    /// Of the route to the address's own network.
    let metric: UInt32
    /// Routes without a router come first: others may need them to reach theirs.
    let routes: [Route]
    let mtu: UInt32?

    /// What a lease asks for.
    ///
    /// - Parameters:
    ///   - expiry: when the kernel is to remove the address by itself, in case nobody else does.
    ///   - mtu: what the configuration says; it comes before what the server says.
    init(
        _ lease: DHCPLease, expiry: Duration?, linkIndex: Int32, metric: UInt32, mtu: UInt32?
    ) {
        address = lease.address
        lifetime = expiry.map { left in
            let seconds = UInt32(clamping: max(left.components.seconds, 1))
            return AddressLifetime(preferred: seconds, valid: seconds)
        }
        self.metric = metric
        self.mtu = mtu ?? lease.mtu
        let source = lease.address.address
        // A router that is the machine itself stands for "everything is on the link".
        let wanted = lease.routes.map { DHCPRoute(to: $0.destination, via: $0.router == source ? nil : $0.router) }
        let onLink = [lease.address] + wanted.filter { $0.router == nil }.map(\.destination)
        routes = (wanted.filter { $0.router == nil } + wanted.filter { $0.router != nil }).map { route in
            Route(
                to: route.destination, via: route.router, linkIndex: linkIndex, metric: metric, source: source,
                isGatewayOnLink: !(route.router.map { router in onLink.contains { $0.contains(router) } } ?? true),
                origin: .dhcp)
        }
    }

    /// What a fixed address asks for.
    init(_ address: StaticAddress, linkIndex: Int32, metric: UInt32, mtu: UInt32?) {
        self.address = address.address
        lifetime = nil
        self.metric = metric
        self.mtu = mtu
        routes = [IPv4Prefix(address: .any, length: 0)].compactMap { everywhere in
            guard let everywhere, let gateway = address.gateway else { return nil }
            return Route(
                to: everywhere, via: gateway, linkIndex: linkIndex, metric: metric, source: address.address.address,
                isGatewayOnLink: address.isGatewayOnLink)
        }
    }

    /// Gives the link what it is to have, and takes from it what the earlier plan gave.
    ///
    /// - Returns: what could not be done but leaves the link usable, one sentence each.
    /// - Throws: when the address cannot be set.
    func apply(to link: Link, replacing earlier: LinkPlan?, with session: NetlinkSession) throws(NetlinkError)
        -> [String]
    {
        var warnings: [String] = []
        if let mtu, mtu != link.mtu {
            attempt(&warnings) { () throws(NetlinkError) in try session.setMTU(mtu, of: link) }
        }
        if let earlier, earlier.address != address { warnings += earlier.withdraw(from: link, with: session) }
        try session.replace(address, on: link, lifetime: lifetime, metric: metric)
        if let earlier, earlier.address == address {
            for route in earlier.routes where !routes.contains(route) {
                attempt(&warnings) { () throws(NetlinkError) in try session.remove(route, over: link) }
            }
        }
        for route in routes {
            attempt(&warnings) { () throws(NetlinkError) in try session.replace(route, over: link) }
        }
        return warnings
    }

    /// Takes the address off the link; the kernel takes the routes that have it as their source.
    func withdraw(from link: Link, with session: NetlinkSession) -> [String] {
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
            warnings.append(error.description)
        }
    }
}
