import DeployVars
import Diagnostics
import LinuxSystem
import NetworkBringUp
import NetworkConfiguration
import NetworkTypes
import Pipeline
import ProvisioningAPI

extension Steps {
    /// Brings the network up, and fetches the vars if they are somewhere on it.
    func bringUpNetwork() -> Step<FoundVars, Configured> {
        Step(.network) { found, progress in
            var configuration = NetworkConfiguration.automatic
            var timeout = 300
            if case .local(let vars) = found {
                configuration = try NetworkSettings(vars.network).configuration()
                timeout = vars.network.timeoutSeconds
            }
            let network = try await startNetwork(configuration, timeout: .seconds(timeout))
            switch found {
            case .local(let vars): return configured(vars, network)
            case .remote(let url):
                progress("fetching the vars")
                do {
                    let text = try await VarsDownload(services: services).fetchOrKept(
                        url, machine: .read(), nic: network.state.primaryCard?.mac)
                    return configured(try accept(text), network)
                } catch {
                    throw StepFailure(step: .vars, error: error)
                }
            }
        }
    }

    /// Brings the network up and says on the console what each NIC does.
    func startNetwork(_ configuration: NetworkConfiguration, timeout: Duration) async throws -> RunningNetwork {
        if let network = services.network { return network }
        var options = BringUpOptions()
        options.timeout = timeout
        let network = try await RunningNetwork.bringUp(configuration, options: options) { [services] event in
            switch event {
            case .found, .leased, .fixed, .waiting:
                services.console.say("  \(event)".replacing("\n", with: "\n  "))
                services.agentLog.note("\(event)")
            case .trouble, .carrierLost, .leaseLost, .gone, .warning: services.log.warning("\(event)")
            case .carrier, .renewed: services.log.info("\(event)")
            }
        }
        services.network = network
        return network
    }

    private func configured(_ vars: DeployVars, _ network: RunningNetwork) -> Configured {
        let addresses = network.state.addresses.map(\.description).joined(separator: ", ")
        services.console.say("  address   \(addresses)")
        let controller = vars.endpoints.all.first.map { "\($0.origin)" } ?? "none"
        services.console.say("  controller  \(controller)")
        startCheckIn(network)
        return Configured(vars: vars, services: services, machine: MachineIdentity.read())
    }

    private func startCheckIn(_ network: RunningNetwork) {
        guard let controller = services.controller else { return }
        Task {
            await controller.checkIn { network.state.addresses.map(\.address.description) }
        }
    }
}

extension NetworkSettings {
    init(_ vars: NetworkVars) {
        self.init()
        staticAddress = vars.staticAddress?.prefix
        gateway = vars.staticAddress?.gateway
        interface = vars.staticAddress?.interface?.description ?? ""
        nameServers = vars.nameServers.compactMap {
            if case .v4(let address) = $0 { address } else { nil }
        }
        ntpServers = vars.timeServers
        mtu = vars.mtu.map { UInt32(clamping: $0) }
    }
}
