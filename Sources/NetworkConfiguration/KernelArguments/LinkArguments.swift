import NetworkTypes

/// One `vlan=<name>:<link>` of dracut.cmdline(7). The name tells the tag, in any of vconfig(8)'s four forms: `vlan0005`,
/// `vlan5`, `eth0.0005`, `eth0.5`.
struct VLANArgument: Equatable {
    /// Its name.
    let name: String
    /// The tag, 1 to 4094.
    let id: UInt16
    /// The link below, by name or MAC address.
    let parent: String

    /// Reads the value of `vlan=`.
    init(_ value: String) throws(ArgumentProblem) {
        let text = "vlan=\(value)"
        var fields = try ArgumentFields(value, of: text)
        fields.joinMAC(at: 1)
        guard fields.count == 2, !fields[0].isEmpty else {
            throw ArgumentProblem(text, "must have a name and the link below, as vlan=eth0.5:eth0 has")
        }
        name = fields[0]
        parent = fields[1]
        let digits: Substring =
            if let dot = name.lastIndex(of: ".") {
                name[name.index(after: dot)...]
            } else {
                name.hasPrefix("vlan") ? name.dropFirst(4) : ""
            }
        guard let number = decimal(digits), (1...4094).contains(number) else {
            throw ArgumentProblem(
                text,
                "has the name \"\(name)\" but must tell a tag from 1 to 4094, as vlan5, vlan0005, eth0.5, eth0.0005 do"
            )
        }
        id = UInt16(truncatingIfNeeded: number)
    }
}

/// One `bridge=<name>:<members>` of dracut.cmdline(7).
struct BridgeArgument: Equatable {
    /// Its name.
    let name: String
    /// Its members, by name or MAC address.
    let members: [String]

    /// Reads the value of `bridge=`. As in dracut, nothing at all is br0 of eth0.
    init(_ value: String) throws(ArgumentProblem) {
        let text = value.isEmpty ? "bridge" : "bridge=\(value)"
        var fields = try ArgumentFields(value, of: text)
        fields.joinMAC(at: 1)
        name = value.isEmpty ? "br0" : fields[0]
        members = value.isEmpty ? ["eth0"] : fields[1].split(separator: ",").map(String.init)
        guard !name.isEmpty, !members.isEmpty, value.isEmpty || fields.count == 2 else {
            throw ArgumentProblem(text, "must have a name and members, as bridge=br0:eth0,eth1 has")
        }
    }
}

/// One `ifname=<name>:<MAC>` of dracut.cmdline(7): a new name for a NIC.
struct RenameArgument: Equatable {
    /// The new name.
    let name: String
    /// The NIC's MAC address.
    let mac: MACAddress

    /// Reads the value of `ifname=`.
    init(_ value: String) throws(ArgumentProblem) {
        let text = "ifname=\(value)"
        var fields = try ArgumentFields(value, of: text)
        fields.joinMAC(at: 1)
        guard fields.count == 2, !fields[0].isEmpty, let mac = MACAddress(fields[1]) else {
            throw ArgumentProblem(text, "must have a name and a MAC address, as ifname=boot:52:54:00:12:34:56 has")
        }
        name = fields[0]
        self.mac = mac
    }
}

/// One `rd.route=<network>/<mask>:<gateway>[:<link>]` of dracut.cmdline(7).
struct RouteArgument: Equatable {
    /// The argument as it was given.
    let text: String
    /// The network that it leads to.
    let destination: IPPrefix
    /// The router; `nil` when the network is on the link.
    let gateway: IPAddress?
    /// The link, by name or MAC address; empty when none is named.
    let interface: String

    /// Reads the value of `rd.route=`.
    init(_ value: String) throws(ArgumentProblem) {
        text = "rd.route=\(value)"
        var fields = try ArgumentFields(value, of: text)
        fields.joinMAC(at: 2)
        let parts = fields[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let address = IPAddress(parts.first ?? "")
        guard (2...3).contains(fields.count), parts.count == 2, let address,
            let prefix = IPArgument.prefix(of: address, netmask: parts[1]),
            let network = IPPrefix(address: prefix.network, length: prefix.length)
        else {
            throw ArgumentProblem(
                text, "must have a network with its mask and a gateway, as rd.route=192.0.2.0/24:198.51.100.1:eth0 has")
        }
        destination = network
        gateway = IPAddress(fields[1])
        interface = fields[2]
        guard gateway != nil || fields[1].isEmpty && !interface.isEmpty else {
            throw ArgumentProblem(text, "has the gateway \"\(fields[1])\", no address")
        }
    }
}
