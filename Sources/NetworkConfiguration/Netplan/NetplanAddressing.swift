import NetworkTypes
import YAML

/// What every kind of link has: its addresses, routes and name servers.
enum NetplanAddressing {
    /// Reads the keys that say how a link gets its addresses.
    static func read(from link: inout NetplanMapping) -> Addressing {
        var addressing = Addressing()
        let dhcp4 = dhcp4Settings(&link)
        if link.bool("dhcp4") == true { addressing.dhcp4 = dhcp4 }
        readDHCP6Overrides(&link)
        addressing.dhcp6 = link.bool("dhcp6") ?? false
        // What the kernel does of itself, Netplan's default, is what the model calls "not said".
        addressing.acceptsRouterAdvertisements = link.bool("accept-ra")
        addressing.addresses = addresses(&link)
        addressing.routes = NetplanRoutes.read(from: &link)
        readNameServers(&link, into: &addressing)
        readDHCPIdentifier(&link)
        _ = link.list("link-local", mustBe: "ipv4 or ipv6") { $0.string.flatMap { ["ipv4", "ipv6"].contains($0) } }
        return addressing
    }

    private static func dhcp4Settings(_ link: inout NetplanMapping) -> DHCPv4Settings {
        var settings = DHCPv4Settings()
        guard var overrides = link.mapping("dhcp4-overrides") else { return settings }
        settings.usesDNS = overrides.bool("use-dns") ?? true
        settings.usesNTP = overrides.bool("use-ntp") ?? true
        settings.usesRoutes = overrides.bool("use-routes") ?? true
        settings.usesMTU = overrides.bool("use-mtu") ?? true
        settings.routeMetric = overrides.integer("route-metric", in: 0...UInt32.max)
        let hostName = hostName(&overrides)
        settings.hostName = overrides.bool("send-hostname") == false ? nil : hostName
        overrides.ignore("use-hostname", "use-domains")
        overrides.finish()
        return settings
    }

    /// The keys of DHCPv6: networkd wants them to be the same as those of DHCPv4, so that only what differs from the
    /// defaults is worth a word.
    private static func readDHCP6Overrides(_ link: inout NetplanMapping) {
        guard var overrides = link.mapping("dhcp6-overrides") else { return }
        for key in ["use-dns", "use-ntp", "use-routes", "use-mtu"] {
            guard let line = overrides.take(key)?.line, overrides.bool(key) == false else { continue }
            overrides.findings.warn(line, "\(key) is not supported for DHCPv6 and has no effect")
        }
        if let line = overrides.take("route-metric")?.line,
            overrides.integer("route-metric", in: 0...UInt32.max) != nil
        {
            overrides.findings.warn(line, "route-metric is not supported for DHCPv6 and has no effect")
        }
        _ = hostName(&overrides)
        _ = overrides.bool("send-hostname")
        overrides.ignore("use-hostname", "use-domains")
        overrides.finish()
    }

    private static func hostName(_ overrides: inout NetplanMapping) -> String? {
        overrides.value("hostname", mustBe: "a DNS name of letters, digits, hyphens and dots") { node in
            node.string.flatMap { isDomain($0) ? $0 : nil }
        }
    }

    private static func readDHCPIdentifier(_ link: inout NetplanMapping) {
        let line = link.take("dhcp-identifier")?.line
        if link.choice("dhcp-identifier", among: ["mac": false, "duid": true]) == true, let line {
            link.findings.warn(line, "dhcp-identifier duid is not supported: the MAC address identifies the machine")
        }
    }

    private static func addresses(_ link: inout NetplanMapping) -> [IPPrefix] {
        let items = link.value("addresses", mustBe: "a list", \.sequence) ?? []
        let allowed = "an address with the length of its prefix such as 192.0.2.7/24"
        var addresses: [IPPrefix] = []
        for item in items {
            // `192.0.2.7/24: {label: x}` is a mapping with the address as its one key.
            var options: YAMLEntry?
            if let entries = item.mapping, entries.count == 1 { options = entries.first }
            let address = link.findings.value(item, "an item of addresses", mustBe: allowed) { node in
                (options?.key ?? node.string).flatMap { IPPrefix($0) }
            }
            guard let address else { continue }
            if let options { readOptions(options, of: address, link.findings) }
            if !addresses.contains(address) { addresses.append(address) }
        }
        return addresses
    }

    private static func readOptions(_ entry: YAMLEntry, of address: IPPrefix, _ findings: NetplanFindings) {
        guard var options = NetplanMapping(entry.value, called: "\(address)", findings) else { return }
        let line = options.take("lifetime")?.line
        if options.choice("lifetime", among: ["forever": false, "0": true]) == true, let line {
            findings.warn(line, "lifetime is not supported and has no effect")
        }
        options.leaveOut("label")
        options.finish()
    }

    private static func readNameServers(_ link: inout NetplanMapping, into addressing: inout Addressing) {
        guard var servers = link.mapping("nameservers") else { return }
        addressing.nameServers = servers.list("addresses", mustBe: "an IP address") { node in
            node.string.flatMap { IPAddress($0) }
        }
        let line = servers.take("search")?.line ?? servers.line
        let domains = servers.list("search", mustBe: "a domain name") { node in
            // systemd-resolved's mark of a domain that is not searched.
            node.string.flatMap { $0.hasPrefix("~") || isDomain($0) ? $0 : nil }
        }
        addressing.searchDomains = domains.filter { !$0.hasPrefix("~") }
        if addressing.searchDomains.count < domains.count {
            servers.findings.warn(line, "search domains that begin with ~ are not supported and are left out")
        }
        servers.finish()
    }

    /// Whether a text can stand in resolv.conf and in a DHCP option: letters, digits, hyphens, underscores and dots.
    private static func isDomain(_ text: String) -> Bool {
        (1...253).contains(text.utf8.count) && !text.hasPrefix(".") && !text.hasPrefix("-")
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) }
    }
}
