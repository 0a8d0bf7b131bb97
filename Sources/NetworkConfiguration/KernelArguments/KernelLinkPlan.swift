import NetworkTypes

/// What the arguments say of links, and the links that come of it.
struct KernelLinkPlan {
    var addresses: [IPArgument] = []
    var bonds: [BondArgument] = []
    var vlans: [VLANArgument] = []
    var bridges: [BridgeArgument] = []
    var renames: [RenameArgument] = []
    var routes: [RouteArgument] = []
    /// The link that comes before all others, by name or MAC address; empty for none.
    var bootDevice = ""
    /// Whether name servers of a DHCP server are used.
    var usesServersDNS = true

    /// Whether there is a network to configure.
    var isAsked: Bool { !(addresses.isEmpty && bonds.isEmpty && vlans.isEmpty && bridges.isEmpty) }

    /// The links, the most preferred first.
    func links(_ problems: inout [String]) -> [LinkConfiguration] {
        problems += renameProblems
        let made = madeLinks
        var given = GivenAddresses()
        for argument in addresses {
            for interface in interfaces(of: argument, made, &problems) {
                given.add(argument, to: interface, &problems)
            }
        }
        var links = made.map { given.apply(to: $0) }
        let lower = made.flatMap(\.lowerNames)
        for name in given.interfaces + lower where !links.contains(where: { $0.name == name }) {
            links.append(given.apply(to: physical(name)))
        }
        addRoutes(to: &links, &problems)
        if !usesServersDNS {
            for index in links.indices { links[index].addressing.dhcp4?.usesDNS = false }
        }
        if !links.isEmpty, links.allSatisfy(\.addressing.isNone) { problems.append("no link gets an address") }
        return sorted(links, given.interfaces, &problems)
    }

    /// What of the plan does nothing.
    func warnings(_ links: [LinkConfiguration]) -> [String] {
        var warnings = renames.filter { rename in !links.contains { $0.name == rename.name } }.map {
            "ifname=\($0.name):\($0.mac) is ignored: no ip=, bond=, vlan= or bridge= names \($0.name)"
        }
        if !isAsked {
            warnings += routes.map { "\($0.text) is ignored without ip=, bond=, vlan= or bridge=" }
            if !bootDevice.isEmpty {
                warnings.append("bootdev=\(bootDevice) is ignored without ip=, bond=, vlan= or bridge=")
            }
        }
        return warnings
    }

    private var renameProblems: [String] {
        renames.enumerated().flatMap { index, rename in
            renames[..<index].filter { ($0.name == rename.name) != ($0.mac == rename.mac) }.map {
                "ifname=\(rename.name):\(rename.mac) and ifname=\($0.name):\($0.mac) exclude each other"
            }
        }
    }

    /// One spelling for each NIC: its new name, or its MAC address in the usual form, or the name as it was given.
    private func canonical(_ reference: String) -> String {
        guard let mac = MACAddress(reference) else { return reference }
        return renames.first { $0.mac == mac }?.name ?? mac.description
    }

    /// Bonds, bridges and VLANs. One that carries no other gets its addresses by DHCP unless an `ip=` says how.
    private var madeLinks: [LinkConfiguration] {
        var links = bonds.map { bond in
            var parameters = bond.parameters
            parameters.primary = parameters.primary.map(canonical)
            return LinkConfiguration(
                name: bond.name, kind: .bond(parameters, members: bond.members.map(canonical)), mtu: bond.mtu)
        }
        links += bridges.map { bridge in
            // Without a spanning tree there is nothing to listen for, and dracut does not wait either.
            var parameters = BridgeParameters()
            parameters.forwardDelaySeconds = 0
            return LinkConfiguration(
                name: bridge.name, kind: .bridge(parameters, members: bridge.members.map(canonical)))
        }
        links += vlans.map {
            LinkConfiguration(name: $0.name, kind: .vlan(id: $0.id, parent: canonical($0.parent)))
        }
        let carriers = Set(links.flatMap(\.lowerNames))
        return links.map { link in
            var link = link
            link.addressing = carriers.contains(link.name) ? .none : .automatic
            return link
        }
    }

    private func physical(_ name: String) -> LinkConfiguration {
        if let rename = renames.first(where: { $0.name == name }) {
            return LinkConfiguration(name: name, kind: .physical(.mac(rename.mac), newName: name))
        }
        if name == GivenAddresses.everyNIC { return LinkConfiguration(.everyPhysicalNIC, addressing: .none) }
        return LinkConfiguration(NICSelector(name), addressing: .none)
    }

    /// Whom an `ip=` is for. One that names no link is for the boot device; else for the bonds, bridges and VLANs that
    /// carry no other and are not named by another `ip=`; else for every NIC, or the first with a carrier.
    private func interfaces(
        of argument: IPArgument, _ made: [LinkConfiguration], _ problems: inout [String]
    ) -> [String] {
        if !argument.interface.isEmpty { return [canonical(argument.interface)] }
        if !bootDevice.isEmpty { return [canonical(bootDevice)] }
        let isFixed = !argument.addressing.addresses.isEmpty
        guard !made.isEmpty else { return [isFixed ? "" : GivenAddresses.everyNIC] }
        let named = Set(addresses.map { canonical($0.interface) })
        let open = made.filter { !$0.addressing.isNone && !named.contains($0.name) }.map(\.name)
        if open.isEmpty || isFixed && open.count > 1 {
            let names = made.map(\.name).joined(separator: ", ")
            problems.append("\(argument.text) names no link but must, since there are \(names)")
            return []
        }
        return open
    }

    private func addRoutes(to links: inout [LinkConfiguration], _ problems: inout [String]) {
        for route in routes {
            let candidates = links.indices.filter { index in
                let link = links[index]
                if !route.interface.isEmpty { return link.name == canonical(route.interface) }
                return link.addressing.addresses.contains { prefix in route.gateway.map(prefix.contains) ?? false }
            }
            let usable = links.indices.filter { !links[$0].addressing.isNone }
            let isOnly = route.interface.isEmpty && usable.count == 1
            guard let index = candidates.first ?? (isOnly ? usable.first : nil) else {
                problems.append(
                    route.interface.isEmpty
                        ? "\(route.text) names no link but must, since there are several"
                        : "\(route.text) names \(route.interface), which is not configured")
                continue
            }
            links[index].addressing.routes.append(ConfiguredRoute(to: route.destination, via: route.gateway))
        }
    }

    /// The boot device first, then links in the order of their `ip=`, then the rest.
    private func sorted(
        _ links: [LinkConfiguration], _ named: [String], _ problems: inout [String]
    ) -> [LinkConfiguration] {
        let first = canonical(bootDevice)
        if !first.isEmpty, !links.isEmpty, !links.contains(where: { $0.name == first }) {
            problems.append("bootdev=\(bootDevice) names a link that no ip=, bond=, vlan= or bridge= names")
        }
        let order = (first.isEmpty ? [] : [first]) + named
        func rank(_ link: LinkConfiguration) -> Int {
            order.firstIndex(of: GivenAddresses.key(of: link)) ?? order.count
        }
        return links.enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }
            .map(\.element)
    }
}
