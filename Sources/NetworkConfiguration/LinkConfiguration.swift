import NetworkTypes

/// One link and how it is configured.
public struct LinkConfiguration: Equatable, Sendable {
    /// What other links of the configuration call it. For a link that the agent makes it is also the kernel's name.
    public var name: String
    /// What kind of link it is.
    public var kind: LinkKind
    /// How it gets its addresses.
    public var addressing: Addressing
    /// Its MTU in bytes; `nil` leaves it to DHCP, or as it is.
    public var mtu: UInt32?
    /// The MAC address to give it; `nil` for its own.
    public var mac: MACAddress?
    /// Nothing waits for it.
    public var isOptional: Bool

    /// A link's configuration. It is checked as a part of `NetworkConfiguration`.
    public init(
        name: String, kind: LinkKind, addressing: Addressing = .none, mtu: UInt32? = nil, mac: MACAddress? = nil,
        isOptional: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.addressing = addressing
        self.mtu = mtu
        self.mac = mac
        self.isOptional = isOptional
    }

    /// A physical NIC under the name that describes which one it is.
    public init(_ selector: NICSelector, addressing: Addressing, mtu: UInt32? = nil) {
        let name =
            switch selector {
            case .name(let name): name
            case .mac(let mac): mac.description
            default: selector.description
            }
        self.init(name: name, kind: .physical(selector), addressing: addressing, mtu: mtu)
    }

    /// Which NIC it is, unless the agent makes it.
    public var selector: NICSelector? {
        if case .physical(let selector, _) = kind { selector } else { nil }
    }

    /// The links that it lies upon, by their names.
    public var lowerNames: [String] {
        switch kind {
        case .physical: []
        case .bond(_, let members), .bridge(_, let members): members
        case .vlan(_, let parent): [parent]
        }
    }

    /// The link in words, such as `bond bond0` or `NIC eno1`.
    public var description: String {
        switch kind {
        case .physical(let selector, _): selector.description
        case .bond: "bond \(name)"
        case .bridge: "bridge \(name)"
        case .vlan: "VLAN \(name)"
        }
    }

    /// What contradicts itself in this link's configuration.
    var problems: [String] {
        var problems = addressing.problems
        // 576 is the least that every host must take (RFC 791 3.1); above 65535 IPv4 has no packets.
        if let mtu, !(576...65535).contains(mtu) { problems.append("MTU \(mtu) is not between 576 and 65535") }
        if let mtu, mtu < 1280, addressing.addresses.contains(where: { $0.address.isIPv6 }) {
            problems.append("MTU \(mtu) is too small for IPv6, which needs 1280")
        }
        switch kind {
        case .physical(let selector, let newName):
            if !addressing.addresses.isEmpty, selector == .everyPhysicalNIC {
                problems.append("one static address cannot be given to every NIC")
            }
            if case .name(let name) = selector, !Self.isLinkName(name), !Self.isPCIAddress(name) {
                problems.append(Self.badName(name))
            }
            if let newName, !Self.isLinkName(newName) { problems.append(Self.badName(newName)) }
        case .bond(let bond, let members):
            if !Self.isLinkName(name) { problems.append(Self.badName(name)) }
            problems += bond.problems(name: name, members: members)
        case .bridge:
            if !Self.isLinkName(name) { problems.append(Self.badName(name)) }
        case .vlan(let id, _):
            if !Self.isLinkName(name) { problems.append(Self.badName(name)) }
            if !(1...4094).contains(id) { problems.append("VLAN id \(id) of \(name) is not between 1 and 4094") }
        }
        return problems
    }

    /// What the kernel takes for a link's name (dev_valid_name of net/core/dev.c).
    private static func isLinkName(_ name: String) -> Bool {
        (1...15).contains(name.utf8.count) && name != "." && name != ".."
            && !name.unicodeScalars.contains { $0 == "/" || $0 == ":" || $0.properties.isWhitespace }
    }

    /// `domain:bus:device.function`.
    private static func isPCIAddress(_ text: String) -> Bool {
        let parts = text.split { $0 == ":" || $0 == "." }
        return parts.map(\.count) == [4, 2, 2, 1] && parts.allSatisfy { $0.allSatisfy(\.isHexDigit) }
    }

    private static func badName(_ name: String) -> String {
        "\"\(name)\" is no link's name (1 to 15 bytes, no slash, colon or blank)"
    }
}

/// What kind of link it is.
public enum LinkKind: Equatable, Sendable {
    /// A NIC; `newName` is the name that it is to have from now on.
    case physical(NICSelector, newName: String? = nil)
    /// Several links that act as one. `members`: names of links, the preferred first.
    case bond(BondParameters, members: [String])
    /// A switch in software. `members`: names of links.
    case bridge(BridgeParameters, members: [String])
    /// The traffic of one tag (IEEE 802.1Q) of another link. `parent`: that link's name.
    case vlan(id: UInt16, parent: String)
}
