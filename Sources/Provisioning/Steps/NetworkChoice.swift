import DeployVars
import Diagnostics
import LinuxSystem
import Logging
import NetworkConfiguration
import NetworkTypes

/// Which network is to be brought up: the first source that says something decides. Name servers, time servers and MTU
/// of the vars are added to whatever that is.
struct NetworkChoice {
    private let vars: NetworkVars?
    private let arguments: KernelArguments
    private let log: Logger

    /// - Parameter vars: `nil` while they are still to be fetched.
    init(vars: NetworkVars?, arguments: KernelArguments, log: Logger) {
        self.vars = vars
        self.arguments = arguments
        self.log = log
    }

    /// The network from the vars, from a Netplan file, from the kernel command line, or DHCP on every NIC; and the NIC
    /// that the machine booted from, where that is known.
    ///
    /// - Throws: `NetworkConfigurationError` when the source that decides contradicts itself, or `NoNetworkFile`.
    func decide() throws -> (configuration: NetworkConfiguration, bootMAC: MACAddress?) {
        let settings = vars.map(NetworkSettings.init) ?? NetworkSettings()
        let kernel = try kernelArguments(isNeeded: !settings.isSource)
        if settings.isSource { return (try settings.configuration(), kernel?.bootMAC) }
        let chosen = try netplan() ?? kernel?.configuration ?? .automatic
        // The command line's name servers are in its own configuration already.
        let servers = chosen.source == .kernelArguments ? [] : kernel?.nameServers ?? []
        let configuration = try chosen.adding(
            nameServers: settings.nameServers + servers, ntpServers: settings.ntpServers, mtu: settings.mtu)
        return (configuration, kernel?.bootMAC)
    }

    /// What the command line says; its mistakes matter only when nothing before it decides.
    private func kernelArguments(isNeeded: Bool) throws -> KernelNetworkArguments? {
        do throws(NetworkConfigurationError) {
            let kernel = try KernelNetworkArguments(arguments.all)
            for warning in kernel.warnings { log.warning("kernel command line: \(warning)") }
            return kernel
        } catch {
            guard isNeeded, try netplanText() == nil else {
                log.warning("\(error)")
                return nil
            }
            throw error
        }
    }

    private func netplan() throws -> NetworkConfiguration? {
        guard let (path, text) = try netplanText() else { return nil }
        let file = try NetplanFile(parsing: text, path: path)
        for warning in file.warnings { log.warning("\(warning)") }
        return file.configuration
    }

    /// The Netplan file beside the vars: the one that `NETWORK_CONFIG` names must be there.
    private func netplanText() throws -> (path: String, text: [UInt8])? {
        let standard = "nocloud/network-config"
        let name = vars?.configurationPath ?? standard
        if name == standard {
            return DeployDirectory.seedFile("network-config").map { (DeployDirectory.path + "/" + standard, $0) }
        }
        let path = name.hasPrefix("/") ? name : DeployDirectory.path + "/" + name
        do throws(SystemCallError) {
            return (path, try Files.read(path, limit: 1 << 20))
        } catch {
            throw NoNetworkFile(path: path, reason: error.description)
        }
    }
}

/// The file that `NETWORK_CONFIG` names cannot be read.
struct NoNetworkFile: ExplainedError {
    let path: String
    let reason: String

    var description: String { "the network's configuration \(path) cannot be read: \(reason)" }
    var advice: String { "put the file into the overlay, or correct NETWORK_CONFIG in the vars" }
}

extension NetworkSettings {
    init(_ vars: NetworkVars) {
        self.init()
        staticAddress = vars.staticAddress?.prefix
        gateway = vars.staticAddress?.gateway
        interface = vars.staticAddress?.interface?.description ?? ""
        bondMembers = vars.bondInterfaces.map(\.description)
        bondMode = vars.bondMode
        vlans = vars.vlans.map { vlan in
            VLAN(
                id: UInt16(clamping: vlan.id), parent: vlan.parent.description, address: vlan.prefix,
                gateway: vlan.gateway)
        }
        nameServers = vars.nameServers
        ntpServers = vars.timeServers
        mtu = vars.mtu.map { UInt32(clamping: $0) }
    }
}
