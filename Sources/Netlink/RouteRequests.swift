import ByteCoding
import CLinux
import Glibc
import NetworkTypes

/// Requests about routes: `RTM_GETROUTE`, `RTM_NEWROUTE`, `RTM_DELROUTE` of rtnetlink(7).
extension NetlinkSession {
    /// The unicast routes of the main table, those of IPv4 first.
    public func routes() throws(NetlinkError) -> [Route] {
        try routes(family: AF_INET) + routes(family: AF_INET6)
    }

    private func routes(family: Int32) throws(NetlinkError) -> [Route] {
        let asked = "list \(family == AF_INET6 ? "IPv6 " : "")routes"
        let messages: [NetlinkMessage]
        do throws(NetlinkError) {
            messages = try dump(RouteMessages.list(family: family), asked: asked)
        } catch {
            // The main table is made with its first route; strict checks report that it is not there yet.
            if error.errno == .noSuchFileOrDirectory { return [] }
            throw error
        }
        do throws(MalformedNetlinkMessage) {
            var routes: [Route] = []
            for message in messages where message.type == Int(RTM_NEWROUTE) {
                // Without IPv6 in the kernel, a list of its routes has those of IPv4.
                guard let route = try Route(parsing: message), route.destination.address.family == family
                else { continue }
                routes.append(route)
            }
            return routes
        } catch {
            throw .malformed(asked: asked, error)
        }
    }

    /// Adds a route over a link. That there is one with this network and metric already is an `EEXIST` error.
    public func add(_ route: Route, over link: Link) throws(NetlinkError) {
        try perform(
            RouteMessages.add(route, flags: NLM_F_CREATE | NLM_F_EXCL),
            asked: "add route \(route.summary) over link \(link.name)")
    }

    /// Adds a route over a link, in place of the one with this network and metric.
    public func replace(_ route: Route, over link: Link) throws(NetlinkError) {
        try perform(
            RouteMessages.add(route, flags: NLM_F_CREATE | NLM_F_REPLACE),
            asked: "set route \(route.summary) over link \(link.name)")
    }

    /// Removes a route.
    public func remove(_ route: Route, over link: Link) throws(NetlinkError) {
        try perform(RouteMessages.remove(route), asked: "remove route \(route.summary) over link \(link.name)")
    }
}

/// The messages about routes, without their sequence number and port id.
enum RouteMessages {
    static func list(family: Int32) -> NetlinkMessageBuilder {
        var message = NetlinkMessageBuilder(type: Int(RTM_GETROUTE))
        message.fixedPart { header(&$0, family: family, length: 0, table: 0, origin: 0, scope: 0, type: 0, flags: 0) }
        // With strict checks the kernel sends only what matches; without a table it sends them all, local ones too.
        message.attribute(Int(RTA_TABLE.rawValue), UInt32(RT_TABLE_MAIN.rawValue))
        return message
    }

    static func add(_ route: Route, flags: Int32) -> NetlinkMessageBuilder {
        var message = NetlinkMessageBuilder(type: Int(RTM_NEWROUTE), flags: flags)
        // IPv6 routes have no scope.
        let isOnLink = route.gateway == nil && !route.destination.address.isIPv6
        let scope = isOnLink ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE
        message.fixedPart { writer in
            header(
                &writer, family: route.destination.address.family, length: route.destination.length,
                table: UInt8(RT_TABLE_MAIN.rawValue), origin: (route.origin ?? .boot).rawValue,
                scope: UInt8(scope.rawValue), type: UInt8(RTN_UNICAST),
                flags: route.isGatewayOnLink ? UInt32(RTNH_F_ONLINK) : 0)
        }
        attributes(of: route, &message)
        if let source = route.source { message.attribute(Int(RTA_PREFSRC.rawValue), bytes: source.octets) }
        return message
    }

    static func remove(_ route: Route) -> NetlinkMessageBuilder {
        var message = NetlinkMessageBuilder(type: Int(RTM_DELROUTE))
        message.fixedPart { writer in
            header(
                &writer, family: route.destination.address.family, length: route.destination.length,
                table: UInt8(RT_TABLE_MAIN.rawValue), origin: 0,
                scope: UInt8(RT_SCOPE_NOWHERE.rawValue), type: UInt8(RTN_UNICAST), flags: 0)
        }
        attributes(of: route, &message)
        return message
    }

    private static func attributes(of route: Route, _ message: inout NetlinkMessageBuilder) {
        if !route.isDefault {
            message.attribute(Int(RTA_DST.rawValue), bytes: route.destination.network.octets)
        }
        if let gateway = route.gateway { message.attribute(Int(RTA_GATEWAY.rawValue), bytes: gateway.octets) }
        message.attribute(Int(RTA_OIF.rawValue), route.linkIndex)
        if route.metric != 0 { message.attribute(Int(RTA_PRIORITY.rawValue), route.metric) }
    }

    /// `struct rtmsg`.
    private static func header(
        _ writer: inout ByteWriter, family: Int32, length: UInt8, table: UInt8, origin: UInt8, scope: UInt8,
        type: UInt8, flags: UInt32
    ) {
        writer.native(UInt8(truncatingIfNeeded: family))
        writer.native(length)
        writer.zeros(2)
        writer.native(table)
        writer.native(origin)
        writer.native(scope)
        writer.native(type)
        writer.native(flags)
    }
}
