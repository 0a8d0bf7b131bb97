import ControllerClient
import DHCPv4
import DeployVars
import Diagnostics
import LinuxSystem
import NetworkBringUp
import NetworkConfiguration
import NetworkTypes
import Pipeline
import ProvisioningAPI

extension Steps {
    /// How long it may take to find the card over which the controller answers, when nothing was configured. INIT is
    /// tried after that all the same, and says what it runs into.
    private static let searchWithoutConfiguration: Duration = .seconds(15)

    /// Brings the network up, and fetches the vars if they are somewhere on it.
    func bringUpNetwork() -> Step<FoundVars, Configured> {
        Step(.network) { found, progress in
            switch found {
            case .local(let vars):
                let network = try await startNetwork(
                    vars: vars.network, timeout: .seconds(vars.network.timeoutSeconds),
                    servers: vars.endpoints.all.map { vars.proxies.firstHop(to: $0.origin) })
                await setClock(by: network, isNeeded: vars.endpoints.all.contains { $0.scheme == .https })
                return configured(vars, network)
            case .remote(let url):
                let network = try await startNetwork(
                    vars: nil, timeout: .seconds(300), servers: [HTTPURL(url)?.origin].compactMap { $0 })
                await setClock(by: network, isNeeded: url.lowercased().hasPrefix("https:"))
                progress("fetching the vars")
                do {
                    let text = try await VarsDownload(services: services).fetchOrKept(
                        url, machine: .read(), nic: network.state.primaryCard?.mac)
                    let vars = try accept(text)
                    if vars.network.isSource {
                        services.log.warning(
                            "STATIC_*, BOND_* and VLANS come too late: the network that these vars came by is kept")
                    }
                    return configured(vars, network)
                } catch {
                    throw StepFailure(step: .vars, error: error)
                }
            }
        }
    }

    /// Brings the network up until one of the servers answers, and says on the console what each NIC does.
    ///
    /// - Parameters:
    ///   - vars: what the vars say of the network; `nil` while there are none.
    ///   - timeout: how long a configured network may take before DHCP is tried on the NICs that it does not use.
    ///   - servers: of which one must answer; none for a network that is good for its own sake.
    func startNetwork(
        vars: NetworkVars?, timeout: Duration, servers: [Origin]
    ) async throws -> RunningNetwork {
        if let network = services.network { return network }
        var options = BringUpOptions()
        options.timeout = timeout
        let configuration: NetworkConfiguration
        (configuration, options.bootMAC) = try NetworkChoice(
            vars: vars, arguments: services.arguments, log: services.log
        ).decide()
        options.dhcp = LeaseSettings(.read(), services.arguments, log: services.log)
        options.names = { CardNames(of: $0) }
        options.loadModule = { [services] name in services.loadModule(name) }
        if configuration.source != .automatic { services.log.info("the network comes from \(configuration.source)") }
        let network = try RunningNetwork.start(configuration, options: options) { [services] event in
            switch event {
            case .found(let card): services.neighbours.add(card)
            case .gone(let card): services.neighbours.remove(card)
            default: break
            }
            switch event {
            case .found, .leased, .fixed, .automatic, .waiting:
                services.console.say("  \(event)".replacing("\n", with: "\n  "))
                services.agentLog.note("\(event)")
            case .trouble, .carrierLost, .leaseLost, .gone, .warning: services.log.warning("\(event)")
            case .carrier, .renewed: services.log.info("\(event)")
            }
        }
        do {
            try await reach(servers, over: network, within: timeout)
        } catch {
            network.stop()
            throw error
        }
        services.network = network
        return network
    }

    private func reach(_ servers: [Origin], over network: RunningNetwork, within timeout: Duration) async throws {
        let isConfigured = network.configuration.source != .automatic
        if let failure = await network.waitUntilUsable() {
            guard isConfigured, tryRest(of: network, because: failure.summary) else { throw failure }
            if await network.waitUntilUsable() != nil { throw failure }
        }
        let path = ControllerPath(network: network, origins: servers) { [services] in services.log.info("\($0)") }
        let outcome = await path.search(for: isConfigured ? timeout : Self.searchWithoutConfiguration)
        guard isConfigured else {
            if case .reached = outcome { return }
            if case .silent(let findings) = outcome {
                services.log.warning("no controller answers yet, going on: \(ControllerPath.list(findings))")
            }
            return path.keepSearching()
        }
        guard case .silent(let findings) = outcome else { return }
        let failure = NetworkError.unreachable(
            servers: findings.map(\.description), after: timeout, cards: network.troubles)
        guard tryRest(of: network, because: failure.summary) else { throw failure }
        if case .silent(let findings) = await path.search(for: timeout) {
            throw NetworkError.unreachable(
                servers: findings.map(\.description), after: timeout * 2, cards: network.troubles)
        }
    }

    /// Begins DHCP on the NICs that the configuration does not use.
    ///
    /// - Returns: whether there are any.
    private func tryRest(of network: RunningNetwork, because why: String) -> Bool {
        guard network.useRest() else { return false }
        services.log.warning(
            "the network from \(network.configuration.source) does not work (\(why)); trying DHCP on the other NICs")
        for trouble in network.troubles { services.log.warning("  \(trouble)") }
        return true
    }

    /// Sets the clock by the time servers that the network and the vars know. TLS waits for that: a certificate is not
    /// valid yet on a machine whose clock stands in the past.
    private func setClock(by network: RunningNetwork, isNeeded: Bool) async {
        let (clock, servers) = (MachineClock(services: services), network.state.ntpServers)
        if isNeeded {
            await clock.set(by: servers)
        } else {
            Task { await clock.set(by: servers) }
        }
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
