/// One `bond=<name>[:<members>[:<options>[:<mtu>]]]` of dracut.cmdline(7).
struct BondArgument: Equatable {
    /// The bond's name.
    let name: String
    /// Its members, by name or MAC address.
    let members: [String]
    /// How it works.
    let parameters: BondParameters
    /// Its MTU in bytes.
    let mtu: UInt32?
    /// What of it does nothing, one sentence each.
    let warnings: [String]

    /// Reads the value of `bond=`. As in dracut, nothing at all is bond0 of eth0 and eth1, in turn.
    init(_ value: String) throws(ArgumentProblem) {
        let text = value.isEmpty ? "bond" : "bond=\(value)"
        var fields = try ArgumentFields(value, of: text)
        fields.joinMAC(at: 1)
        guard fields.count <= 4 else {
            throw ArgumentProblem(
                text, "has \(fields.count) fields but may have four, as bond=bond0:eth0,eth1:mode=802.3ad:9000 has")
        }
        name = fields[0].isEmpty ? "bond0" : fields[0]
        members = fields[1].isEmpty ? ["eth0", "eth1"] : fields[1].split(separator: ",").map(String.init)
        var options = BondOptions(argument: text)
        for option in fields[2].split(separator: ",") { try options.read(String(option)) }
        parameters = options.finished
        warnings = options.warnings
        mtu = decimal(fields[3])
        guard fields[3].isEmpty || mtu != nil else {
            throw ArgumentProblem(text, "has the MTU \"\(fields[3])\", no number")
        }
    }
}
