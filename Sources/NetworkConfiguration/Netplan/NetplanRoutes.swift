import NetworkTypes
import YAML

/// The routes of a link.
enum NetplanRoutes {
    /// The kernel's number of the main table (rtnetlink(7)).
    private static let mainTable: UInt32 = 254

    private enum Scope: String, CaseIterable {
        case global, link, host
    }

    private enum RouteType: String, CaseIterable {
        case unicast, anycast, blackhole, broadcast, local, multicast, nat, prohibit, `throw`, unreachable, xresolve
    }

    /// Reads `routes`, `gateway4` and `gateway6`.
    static func read(from link: inout NetplanMapping) -> [ConfiguredRoute] {
        let items = link.value("routes", mustBe: "a list", \.sequence) ?? []
        var routes = items.compactMap { item in
            NetplanMapping(item, called: "an item of routes", link.findings).flatMap { route($0) }
        }
        let gateway4 = link.value("gateway4", mustBe: "an IPv4 address") { $0.string.flatMap { IPv4Address($0) } }
        let gateway6 = link.value("gateway6", mustBe: "an IPv6 address") { $0.string.flatMap { IPv6Address($0) } }
        for gateway in [gateway4.map { IPAddress.v4($0) }, gateway6.map { .v6($0) }] {
            guard let gateway else { continue }
            let route = ConfiguredRoute(to: everywhere(isIPv6: gateway.isIPv6), via: gateway)
            if !routes.contains(route) { routes.append(route) }
        }
        return routes
    }

    private static func route(_ mapping: NetplanMapping) -> ConfiguredRoute? {
        var mapping = mapping
        let findings = mapping.findings
        let before = findings.problemCount
        let gateway = mapping.address("via")
        let source = mapping.address("from")
        let isIPv6 = (gateway ?? source)?.isIPv6 ?? false
        let destination = mapping.value("to", mustBe: "default, an IP address, or a network such as 192.0.2.0/24") {
            $0.string.flatMap { network($0, isIPv6: isIPv6) }
        }
        if !mapping.has("to") { findings.problem(mapping.line, "the route has no \"to\"") }
        let metric = mapping.integer("metric", in: 0...UInt32.max)
        let isOnLink = mapping.bool("on-link") ?? false
        let obstacle = obstacle(&mapping)
        mapping.leaveOut("mtu", "congestion-window", "advertised-receive-window", "advertised-mss")
        let line = mapping.line
        mapping.finish()
        guard let destination, findings.problemCount == before else { return nil }
        if let obstacle {
            findings.warn(line, "the route to \(destination) is left out: \(obstacle) is not supported")
            return nil
        }
        return ConfiguredRoute(to: destination, via: gateway, metric: metric, isOnLink: isOnLink, source: source)
    }

    /// What keeps a route out of the one table that the agent fills.
    private static func obstacle(_ route: inout NetplanMapping) -> String? {
        let table = route.integer("table", in: 1...UInt32.max) ?? mainTable
        let type = route.choice("type", RouteType.self) ?? .unicast
        let scope = route.choice("scope", Scope.self)
        if table != mainTable { return "table \(table)" }
        if type != .unicast { return "type \(type.rawValue)" }
        return scope == .host ? "scope host" : nil
    }

    /// A network; the bits beyond its prefix, with which the kernel would refuse it, are cleared as networkd does.
    private static func network(_ text: String, isIPv6: Bool) -> IPPrefix? {
        switch text {
        case "default": return everywhere(isIPv6: isIPv6)
        case "0/0": return .everywhereIPv4
        default:
            if let address = IPAddress(text) {
                return IPPrefix(address: address, length: address.isIPv6 ? 128 : 32)
            }
            return IPPrefix(text).flatMap { IPPrefix(address: $0.network, length: $0.length) }
        }
    }

    private static func everywhere(isIPv6: Bool) -> IPPrefix {
        isIPv6 ? .everywhereIPv6 : .everywhereIPv4
    }
}
