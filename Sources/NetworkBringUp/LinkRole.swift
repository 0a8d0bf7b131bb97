import NetworkConfiguration

/// What a link is for.
enum LinkRole: Equatable {
    /// It is set up as configured.
    case configured(LinkConfiguration)
    /// It is a member of a bond or bridge of this name.
    case member(LinkConfiguration, of: String)
    /// One card is still to be chosen by its carrier, and it may be this one.
    case candidate
    /// The configuration names others.
    case unused

    /// How the link is configured, when that is known.
    var configuration: LinkConfiguration? {
        switch self {
        case .configured(let configuration), .member(let configuration, _): configuration
        case .candidate, .unused: nil
        }
    }
}

extension NetworkConfiguration {
    /// What this configuration wants with a card. The first link that names it decides; one that names all comes last.
    func role(of card: NetworkCard) -> LinkRole {
        // A VLAN has the MAC address of the NIC below, and its name may fit that one's pattern: it is not that NIC.
        let named = links.filter { link in
            link.selector.map { !card.isVirtual && card.matches($0) } ?? (card.isVirtual && link.name == card.name)
        }
        guard let link = named.first(where: { $0.selector != .everyPhysicalNIC }) ?? named.first else {
            let isOpen = links.contains { $0.selector == .firstWithCarrier }
            return isOpen && !card.isVirtual ? .candidate : .unused
        }
        if let master = master(of: link) { return .member(link, of: master.name) }
        return .configured(link)
    }

    /// The names of the links that lie directly upon a link, for a person.
    func carried(by link: LinkConfiguration) -> [String] {
        links.filter { $0.lowerNames.contains(link.name) }.map(\.name)
    }
}
