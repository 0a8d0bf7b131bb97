import Console
import ControllerClient
import DeployVars
import Diagnostics
import HTTPProxies
import InitRuntime
import KernelModules
import LinuxSystem
import Logging
import NetworkBringUp
import ProvisioningAPI
import Synchronization

/// What every step may use: the console, the log, the modules, and, as soon as they are there, controller and network.
public final class Services: Sendable {
    private struct State {
        var controller: ControllerClient?
        var network: RunningNetwork?
        var isShipping = false
        var cleanups: [@Sendable () async -> Void] = []
    }

    /// Where lines for the operator go.
    public let console: ConsoleWriter
    /// Where the log's lines come from.
    public let log: Logger
    /// What the kernel command line asks for.
    public let arguments: KernelArguments
    /// The kernel's modules; `nil` when the initramfs has none for this kernel.
    public let modules: ModuleLoader?
    /// The drivers being loaded, and the disks that appear.
    let hardware = Hardware()
    /// The switches that the NICs are connected to.
    let neighbours = Neighbours()
    /// The partitions that the target had.
    let formerPartitions = FormerPartitions()
    /// Durations and retries of this run.
    let metrics = MetricsObserver()
    /// The log itself.
    let agentLog: AgentLog
    private let state = Mutex(State())

    init(console: ConsoleWriter, agentLog: AgentLog, arguments: KernelArguments, modules: ModuleLoader?) {
        self.console = console
        self.agentLog = agentLog
        log = agentLog.logger
        self.arguments = arguments
        self.modules = modules
    }

    /// The controller, once the vars say where it is.
    public var controller: ControllerClient? { state.withLock { $0.controller } }

    /// The network, once it is up.
    var network: RunningNetwork? {
        get { state.withLock { $0.network } }
        set {
            state.withLock { $0.network = newValue }
            beginShipping()
        }
    }

    /// Begins to send log lines, events and heartbeats to the controller that the vars name.
    func connect(_ vars: DeployVars) throws {
        try connect(
            ControllerEndpoints(vars.endpoints), token: vars.authorization.token, scrubber: vars.scrubber,
            proxies: try ProxySettings(vars.proxies))
    }

    /// Begins to send to these endpoints. A controller that is already connected stays.
    func connect(
        _ endpoints: ControllerEndpoints, token: Secret<String>?, scrubber: SecretScrubber,
        proxies: ProxySettings = ProxySettings()
    ) throws(ControllerError) {
        guard controller == nil else { return }
        let authorities = DeployDirectory.extraAuthorities
        let client = try ControllerClient(
            configuration: ControllerConfiguration(
                endpoints: endpoints, token: token, extraAuthorities: authorities, proxies: proxies,
                scrubber: scrubber.adding(arguments.secrets),
                version: Version.current,
                notice: { [console] notice in console.say("  controller: \(notice)") }))
        state.withLock { $0.controller = client }
        agentLog.ship { level, line in client.log.record(level, line) }
        beginShipping()
    }

    /// Sends what has gathered, and all that follows, as soon as there are both a controller and a network.
    private func beginShipping() {
        let client = state.withLock { state -> ControllerClient? in
            guard !state.isShipping, state.network != nil, let controller = state.controller else { return nil }
            state.isShipping = true
            return controller
        }
        if let client { Task { await client.run() } }
    }

    /// Loads a module by name; without it the kernel may still have what is needed built in.
    func loadModule(_ name: String) {
        guard let modules else { return }
        do throws(ModuleError) {
            try modules.load(name)
        } catch {
            log.debug("\(error)")
        }
    }

    /// Registers what must be undone when a later step fails, such as a mount.
    func onFailure(_ cleanup: @escaping @Sendable () async -> Void) {
        state.withLock { $0.cleanups.append(cleanup) }
    }

    /// Undoes what was registered, the latest first.
    func cleanUp() async {
        let cleanups = state.withLock { state in
            defer { state.cleanups = [] }
            return state.cleanups
        }
        for cleanup in cleanups.reversed() { await cleanup() }
    }
}

extension ControllerEndpoints {
    init(_ vars: Endpoints) {
        self.init(
            initial: vars.start?.text, success: vars.success?.text, error: vars.error?.text, log: vars.log?.text,
            debug: vars.debug?.text, heartbeat: vars.heartbeat?.text, inventory: vars.inventory?.text,
            healthCheck: vars.healthCheck?.text, event: vars.event?.text, metrics: vars.metrics?.text,
            checkin: vars.checkin?.text)
    }
}
