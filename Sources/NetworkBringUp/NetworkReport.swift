import LinuxSystem
import Netlink

/// The whole state of the network as the kernel has it, in the form that users of ip(8) know.
public enum NetworkReport {
    /// Links with their addresses, then routes, then the resolver's file.
    ///
    /// - Throws: `NetlinkError` when the kernel cannot be asked.
    public static func text(
        resolverPath: String = "/etc/resolv.conf", sysfs: String = "/sys"
    ) throws(NetlinkError) -> String {
        let session = try NetlinkSession()
        let links = try session.links()
        let addresses = try session.addresses()
        let routes = try session.routes()
        var lines: [String] = []
        for link in links {
            lines += describe(link, among: links, sysfs: sysfs)
            lines += addresses.filter { $0.linkIndex == link.index }.map(describe)
        }
        lines.append("")
        lines += routes.isEmpty ? ["no routes"] : routes.map { describe($0, links: links) }
        lines.append("")
        if let resolver = try? Files.readText(resolverPath, limit: 64 << 10) {
            lines += ["# \(resolverPath)"] + resolver.split(separator: "\n").map(String.init)
        } else {
            lines.append("\(resolverPath) is not there")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func describe(_ link: Link, among links: [Link], sysfs: String) -> [String] {
        func name(_ index: Int32?) -> String? { links.first { $0.index == index }?.name }
        let parent = link.vlanID == nil ? nil : name(link.parentIndex)
        var lines = [
            "\(link.index): \(link.name)\(parent.map { "@\($0)" } ?? ""): <\(link.flags)> mtu \(link.mtu) "
                + "state \(link.operationalState)" + (name(link.masterIndex).map { " master \($0)" } ?? "")
        ]
        guard let mac = link.mac, link.isEthernet else { return lines }
        let card = NetworkCard(link: link, mac: mac, sysfs: sysfs)
        let ownMAC = link.permanentMAC.flatMap { $0 == mac ? nil : "  permaddr \($0)" } ?? ""
        lines.append(
            "    ether \(mac)\(ownMAC)" + (card.driver.map { "  driver \($0)" } ?? "")
                + (card.busAddress.map { "  at \($0)" } ?? ""))
        lines += kind(of: link).map { ["    \($0)"] } ?? []
        lines += link.bondMember?.aggregation.map { ["    bond member: \($0)"] } ?? []
        guard NetworkCard.isPhysical(link, sysfs: sysfs) else { return lines }
        return lines
            + CardNames(of: link.name, sysfs: sysfs).aliases.filter { $0 != link.name }.map { "    altname \($0)" }
    }

    /// What a link in software is made of.
    private static func kind(of link: Link) -> String? {
        if let id = link.vlanID { return "vlan id \(id)" }
        if let mode = link.bondMode { return "bond mode \(mode.rawValue)" }
        return link.kind
    }

    private static func describe(_ address: LinkAddress) -> String {
        let family =
            switch address.address {
            case .v4: "inet"
            case .v6: "inet6"
            }
        return "    \(family) \(address.address)/\(address.prefixLength) scope \(address.scope) "
            + (address.validSeconds.map { "valid \($0) s" } ?? "valid forever")
            + (address.flags.description.isEmpty ? "" : " \(address.flags)")
    }

    private static func describe(_ route: Route, links: [Link]) -> String {
        let link = links.first { $0.index == route.linkIndex }?.name ?? "link \(route.linkIndex)"
        return (route.isDefault ? "default" : route.destination.description)
            + (route.gateway.map { " via \($0)" } ?? "") + " dev \(link)"
            + (route.origin.map { " proto \($0)" } ?? "") + (route.source.map { " src \($0)" } ?? "")
            + (route.metric == 0 ? "" : " metric \(route.metric)") + (route.isGatewayOnLink ? " onlink" : "")
    }
}
