import NetworkTypes

/// What contradicts between the links of one configuration.
enum LinkConflicts {
    /// Every contradiction, one clause each.
    static func all(in links: [LinkConfiguration]) -> [String] {
        (links.isEmpty ? ["no link is configured"] : []) + pairs(links) + layers(links) + cycles(links)
    }

    private static func pairs(_ links: [LinkConfiguration]) -> [String] {
        var problems: [String] = []
        for (index, link) in links.enumerated() {
            for other in links[..<index] {
                if let selector = link.selector, selector == other.selector {
                    problems.append("\(selector) is configured twice")
                } else if link.name == other.name {
                    problems.append("\(link.name) is configured twice")
                } else if link.selector == .everyPhysicalNIC && other.selector != nil
                    || other.selector == .everyPhysicalNIC && link.selector != nil
                {
                    problems.append("\(NICSelector.everyPhysicalNIC) and one link of its own exclude each other")
                }
                if case .vlan(let id, let parent) = link.kind, case .vlan(id, parent) = other.kind {
                    problems.append("VLAN \(id) of \(parent) is configured twice, as \(other.name) and \(link.name)")
                }
                for address in link.addressing.addresses where other.addressing.addresses.contains(address) {
                    problems.append("address \(address) is given to two links")
                }
            }
        }
        return problems
    }

    private static func layers(_ links: [LinkConfiguration]) -> [String] {
        var problems: [String] = []
        var masters: [String: String] = [:]
        for link in links {
            for name in link.lowerNames {
                guard let lower = links.first(where: { $0.name == name }) else {
                    problems.append("\(link.description) lies upon \(name), which is not configured")
                    continue
                }
                if lower.selector == .everyPhysicalNIC {
                    problems.append("\(link.description) cannot lie upon every NIC")
                }
                guard !link.isVLAN else { continue }
                if let master = masters.updateValue(link.name, forKey: name) {
                    problems.append("\(name) cannot be a member of both \(master) and \(link.name)")
                }
                if !lower.addressing.isNone {
                    problems.append("\(name) is a member of \(link.name) and cannot have addresses of its own")
                }
            }
        }
        return problems
    }

    private static func cycles(_ links: [LinkConfiguration]) -> [String] {
        let lower = Dictionary(links.map { ($0.name, $0.lowerNames) }) { first, _ in first }
        return links.filter { link in
            var seen: Set<String> = []
            var pending = link.lowerNames
            while let name = pending.popLast() {
                if name == link.name { return true }
                if seen.insert(name).inserted { pending += lower[name] ?? [] }
            }
            return false
        }.map { "\($0.description) lies upon itself" }
    }
}

extension LinkConfiguration {
    /// Whether it carries one tag of another link.
    public var isVLAN: Bool {
        if case .vlan = kind { true } else { false }
    }
}
