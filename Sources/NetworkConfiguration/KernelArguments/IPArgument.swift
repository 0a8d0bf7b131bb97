import NetworkTypes

/// One `ip=`, in any of the forms of the kernel (Documentation/admin-guide/nfs/nfsroot.rst) and of dracut.cmdline(7).
struct IPArgument: Equatable {
    /// The argument as it was given.
    let text: String
    /// The link, by name or MAC address; empty when none is named.
    var interface = ""
    var addressing = Addressing.none
    var mtu: UInt32?
    var mac: MACAddress?
    var hostName: String?
    var timeServers: [IPAddress] = []
    /// What of it does nothing, one sentence each.
    var warnings: [String] = []

    /// Reads the value of `ip=`.
    init(_ value: String) throws(ArgumentProblem) {
        text = "ip=\(value)"
        var fields = try ArgumentFields(value, of: text)
        fields.joinMAC(at: 0)
        guard fields.count > 0 else { throw problem("is empty but must say how, as ip=dhcp does") }
        if fields.count == 1 {
            try readMethod(fields[0])
        } else if IPMethod.isMethod(fields[1]), Self.prefix(fields[0]) == nil {
            try readInterface(&fields)
        } else {
            try readAll(&fields)
        }
    }

    /// `dhcp`.
    private mutating func readMethod(_ method: String) throws(ArgumentProblem) {
        guard IPMethod.isMethod(method) else {
            if Self.prefix(method) != nil {
                throw problem("gives an address without a netmask: write ip=ADDRESS::GATEWAY:NETMASK::LINK:off")
            }
            _ = try IPMethod.list(method, of: text)
            return
        }
        apply(try IPMethod.list(method, of: text))
        if addressing.isNone { throw nothingAsked }
    }

    /// `<interface>:<method>[:[<mtu>][:<mac>]]`.
    private mutating func readInterface(_ fields: inout ArgumentFields) throws(ArgumentProblem) {
        interface = fields[0]
        apply(try IPMethod.list(fields[1], of: text))
        try readMTUAndMAC(&fields, at: 2)
    }

    /// `<client>:[<server>]:[<gateway>]:<netmask>:[<host name>]:[<interface>]:[<method>]`, and what follows.
    private mutating func readAll(_ fields: inout ArgumentFields) throws(ArgumentProblem) {
        let given = Self.prefix(fields[0])
        guard given != nil || fields[0].isEmpty else {
            throw problem(
                "has \"\(fields[0])\" where an address must be (one of IPv6 in brackets), or else dhcp or off behind a link"
            )
        }
        fields.joinMAC(at: 5)
        interface = fields[5]
        let methods = fields[6].isEmpty ? [] : try IPMethod.list(fields[6], of: text)
        if !fields[4].isEmpty {
            guard Self.isHostName(fields[4]) else { throw problem("has \"\(fields[4])\", which is no host name") }
            hostName = fields[4]
        }
        if let given {
            if let method = methods.first(where: \.excludesFixedAddress) {
                throw problem(
                    "gives an address and asks for \(method.rawValue) as well: write off, or leave the address out")
            }
            try readFixed(given, fields)
            apply(methods)
        } else {
            // As in the kernel, where no method means any.
            apply(methods.isEmpty ? [.any] : methods)
            if addressing.isNone, interface.isEmpty { throw nothingAsked }
            warnings += [(2, "gateway"), (3, "netmask")].compactMap { index, name in
                fields[index].isEmpty ? nil : "\(text): the \(name) is ignored, since there is no fixed address"
            }
        }
        addressing.dhcp4?.hostName = hostName
        if !fields[1].isEmpty, Self.prefix(fields[1])?.address != .v4(.any) {
            guard Self.prefix(fields[1]) != nil else { throw problem("has the server \"\(fields[1])\", no address") }
            warnings.append("\(text): the server \(fields[1]) is ignored")
        }
        try readRest(&fields)
    }

    private mutating func readFixed(_ given: IPPrefix, _ fields: ArgumentFields) throws(ArgumentProblem) {
        let (client, netmask) = (fields[0], fields[3])
        if netmask.isEmpty {
            guard client.contains("/") else { throw problem("gives \(client) without a netmask") }
            addressing.addresses = [given]
        } else {
            guard let prefix = Self.prefix(of: given.address, netmask: netmask) else {
                throw problem("has the netmask \"\(netmask)\" but may have one like 255.255.255.0, or a prefix length")
            }
            addressing.addresses = [prefix]
        }
        guard !fields[2].isEmpty else { return }
        guard let gateway = IPAddress(fields[2]) else { throw problem("has the gateway \"\(fields[2])\", no address") }
        if gateway != .v4(.any), let prefix = addressing.addresses.first {
            addressing.routes = [Self.defaultRoute(through: gateway, from: prefix)]
        }
    }

    /// Name servers and a time server in the kernel's form, MTU and MAC address in dracut's.
    private mutating func readRest(_ fields: inout ArgumentFields) throws(ArgumentProblem) {
        let first = fields.from(7).first { !$0.isEmpty }
        guard let first, IPAddress(first) != nil else { return try readMTUAndMAC(&fields, at: 7) }
        var servers: [IPAddress?] = []
        for field in fields.from(7) {
            let address = IPAddress(field)
            guard address != nil || field.isEmpty else {
                throw problem("has \"\(field)\" where a server's address must be")
            }
            servers.append(address)
        }
        guard servers.count <= 3 else { throw problem("has more than two name servers and a time server") }
        addressing.nameServers = servers.prefix(2).compactMap { $0 }
        timeServers = servers.dropFirst(2).compactMap { $0 }
    }

    private mutating func readMTUAndMAC(_ fields: inout ArgumentFields, at index: Int) throws(ArgumentProblem) {
        fields.joinMAC(at: index + 1)
        if !fields[index].isEmpty {
            guard let mtu = decimal(fields[index]) else { throw problem("has the MTU \"\(fields[index])\", no number") }
            self.mtu = mtu
        }
        if !fields[index + 1].isEmpty {
            guard let mac = MACAddress(fields[index + 1]) else {
                throw problem("has \"\(fields[index + 1])\" where a MAC address must be")
            }
            self.mac = mac
        }
        guard fields.count <= index + 2 else { throw problem("has something behind its MAC address") }
    }

    private mutating func apply(_ methods: [IPMethod]) {
        for method in methods { method.apply(to: &addressing) }
    }

    private var nothingAsked: ArgumentProblem {
        problem("asks for no network, without which nothing can be provisioned")
    }

    private func problem(_ clause: String) -> ArgumentProblem { ArgumentProblem(text, clause) }
}

extension IPArgument {
    /// An address, with a prefix length or without: then that of the address alone.
    static func prefix(_ text: String) -> IPPrefix? {
        if let prefix = IPPrefix(text) { return prefix }
        return IPAddress(text).flatMap { IPPrefix(address: $0, length: $0.isIPv6 ? 128 : 32) }
    }

    /// A prefix from an address and a netmask or a prefix length.
    static func prefix(of address: IPAddress, netmask: String) -> IPPrefix? {
        if case .v4(let host) = address, let mask = IPv4Address(netmask) {
            return IPv4Prefix(address: host, netmask: mask).map { IPPrefix($0) }
        }
        return decimal(netmask).flatMap { UInt8(exactly: $0) }.flatMap { IPPrefix(address: address, length: $0) }
    }

    /// The default route; through a router beyond a single address, which is taken to be on the link.
    private static func defaultRoute(through gateway: IPAddress, from prefix: IPPrefix) -> ConfiguredRoute {
        let isSingle = Int(prefix.length) == prefix.address.octets.count * 8
        var isLinkLocal = false
        if case .v6(let router) = gateway { isLinkLocal = router.isLinkLocal }
        return ConfiguredRoute(
            to: gateway.isIPv6 ? .everywhereIPv6 : .everywhereIPv4, via: gateway,
            isOnLink: isSingle && !isLinkLocal && !prefix.contains(gateway))
    }

    /// Letters, digits, hyphens and dots (RFC 1123 2.1).
    private static func isHostName(_ text: String) -> Bool {
        text.utf8.count <= 253
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
            }
    }
}

/// A number in decimal digits only.
func decimal(_ text: some StringProtocol) -> UInt32? {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? UInt32(text) : nil
}
