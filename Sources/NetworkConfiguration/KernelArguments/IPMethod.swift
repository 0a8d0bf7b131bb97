/// How `ip=` asks for addresses: the kernel's words (nfsroot.rst, "autoconf") and those of dracut.cmdline(7).
enum IPMethod: String, CaseIterable {
    case dhcp, on, any
    case singleDHCP = "single-dhcp"
    case dhcp6, auto6, either6
    case off, none

    private static let unsupported = [
        "link6": "addresses that hold on the link only reach no server",
        "ibft": "the firmware's iSCSI table is not read",
        "bootp": "BOOTP is not spoken, only DHCP", "rarp": "RARP is not spoken, only DHCP",
        "both": "neither BOOTP nor RARP is spoken, only DHCP",
    ]

    /// Whether a field is meant as methods, known or not supported.
    static func isMethod(_ text: String) -> Bool {
        let first = text.prefix { $0 != "," }
        return IPMethod(rawValue: String(first)) != nil || unsupported[String(first)] != nil
    }

    /// The methods of a field, separated by commas.
    static func list(_ text: String, of argument: String) throws(ArgumentProblem) -> [IPMethod] {
        var methods: [IPMethod] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            if let reason = unsupported[word] {
                throw ArgumentProblem(argument, "asks for \(word), which is not supported: \(reason)")
            }
            guard let method = IPMethod(rawValue: word) else {
                let known = allCases.map(\.rawValue).joined(separator: ", ")
                throw ArgumentProblem(argument, "has the method \"\(word)\" but may have one of \(known)")
            }
            methods.append(method)
        }
        if methods.count > 1, methods.contains(where: \.isOff) {
            throw ArgumentProblem(argument, "asks for addresses and for none")
        }
        return methods
    }

    /// Nothing but what is fixed.
    var isOff: Bool { self == .off || self == .none }
    /// What needs a server or gives the machine's only IPv4 address, and so excludes a fixed address.
    var excludesFixedAddress: Bool { self != .auto6 && self != .either6 && !isOff }

    /// Adds what the method asks for.
    func apply(to addressing: inout Addressing) {
        switch self {
        case .dhcp, .on, .any, .singleDHCP: addressing.dhcp4 = DHCPv4Settings()
        case .dhcp6: addressing.dhcp6 = true
        case .auto6: addressing.acceptsRouterAdvertisements = true
        case .either6:
            addressing.acceptsRouterAdvertisements = true
            addressing.dhcp6 = true
        case .off, .none: break
        }
    }
}
