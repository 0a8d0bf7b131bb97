import NetworkTypes

/// The network as the kernel command line asks for it, in the syntax of the kernel
/// (Documentation/admin-guide/nfs/nfsroot.rst) and of dracut.cmdline(7): `ip=`, `bond=`, `vlan=`, `bridge=`, `ifname=`,
/// `rd.route=`, `nameserver=`, `rd.peerdns=`, `bootdev=` and `BOOTIF=`. Other arguments mean nothing here.
public struct KernelNetworkArguments: Equatable, Sendable {
    /// The links asked for; `nil` without `ip=`, `bond=`, `vlan=` and `bridge=`. It has the name servers already.
    public let configuration: NetworkConfiguration?
    /// Name servers of `nameserver=`, which hold for any network, wherever it was asked for.
    public let nameServers: [IPAddress]
    /// The NIC that the machine was booted from (`BOOTIF=`).
    public let bootMAC: MACAddress?
    /// The machine's name, as an `ip=` tells it.
    public let hostName: String?
    /// What of the arguments does nothing, one sentence each.
    public let warnings: [String]

    /// Reads a command line's arguments, in their order; a flag has no value.
    ///
    /// - Throws: `NetworkConfigurationError` with everything that is wrong, quoting the arguments.
    public init(_ arguments: [(name: String, value: String?)]) throws(NetworkConfigurationError) {
        var reader = KernelArgumentReader()
        for (name, value) in arguments { reader.read(name, value ?? "") }
        nameServers = reader.nameServers
        bootMAC = reader.bootMAC
        hostName = reader.plan.addresses.compactMap(\.hostName).first
        var problems = reader.problems
        var configuration: NetworkConfiguration?
        var links: [LinkConfiguration] = []
        if reader.plan.isAsked {
            links = reader.plan.links(&problems)
            do throws(NetworkConfigurationError) {
                configuration = try NetworkConfiguration(
                    source: .kernelArguments, links: links, nameServers: nameServers,
                    ntpServers: reader.plan.addresses.flatMap(\.timeServers).map(\.description))
            } catch {
                // Where no argument was understood there are no links, and to say so as well would not help.
                if !links.isEmpty || problems.isEmpty { problems += error.problems }
            }
        }
        guard problems.isEmpty else { throw NetworkConfigurationError(source: .kernelArguments, problems: problems) }
        self.configuration = configuration
        warnings = reader.warnings + reader.plan.warnings(links)
    }
}

/// Collects what the arguments say, one by one.
private struct KernelArgumentReader {
    var plan = KernelLinkPlan()
    var nameServers: [IPAddress] = []
    var problems: [String] = []
    var warnings: [String] = []
    private var bootInterface: MACAddress?
    private var isBootInterfaceUsed = true

    var bootMAC: MACAddress? { isBootInterfaceUsed ? bootInterface : nil }

    mutating func read(_ name: String, _ value: String) {
        do throws(ArgumentProblem) {
            switch name {
            case "ip":
                let address = try IPArgument(value)
                warnings += address.warnings
                plan.addresses.append(address)
            case "bond":
                let bond = try BondArgument(value)
                warnings += bond.warnings
                plan.bonds.append(bond)
            case "vlan": plan.vlans.append(try VLANArgument(value))
            case "bridge": plan.bridges.append(try BridgeArgument(value))
            case "team": throw ArgumentProblem("team=\(value)", "is not supported: use bond=")
            case "ifname": plan.renames.append(try RenameArgument(value))
            case "rd.route": plan.routes.append(try RouteArgument(value))
            case "rd.peerdns": plan.usesServersDNS = isTrue(value)
            case "bootdev": plan.bootDevice = value
            case "nameserver": try readNameServer(value)
            case "rd.bootif": isBootInterfaceUsed = isTrue(value)
            case "BOOTIF": readBootInterface(value)
            default: break
            }
        } catch {
            problems.append(error.text)
        }
    }

    private mutating func readNameServer(_ value: String) throws(ArgumentProblem) {
        let isBracketed = value.hasPrefix("[") && value.hasSuffix("]")
        guard let address = IPAddress(isBracketed ? String(value.dropFirst().dropLast()) : value) else {
            throw ArgumentProblem("nameserver=\(value)", "must be an IPv4 or IPv6 address")
        }
        if !nameServers.contains(address) { nameServers.append(address) }
    }

    /// It comes from a boot loader and not from a person: a bad one is no reason to stop.
    private mutating func readBootInterface(_ value: String) {
        if let mac = BootMAC.parse(value) {
            bootInterface = mac
        } else {
            warnings.append("BOOTIF=\(value) is ignored: it is no MAC address such as 01-52-54-00-12-34-56")
        }
    }

    /// dracut's booleans: everything but these is true.
    private func isTrue(_ value: String) -> Bool { !["0", "no", "off"].contains(value) }
}
