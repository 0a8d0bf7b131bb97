import Console
import ControllerClient
import DeployVars
import Glibc
import InitRuntime
import KernelModules
import LinuxSystem
import Logging
import Pipeline
import ProvisioningAPI

/// The agent: PID 1's child, which does everything but supervise.
struct Agent {
    private let services: Services

    init() {
        // The C library's own five seconds for each of three servers, twice, are too long to say nothing in.
        setenv("RES_OPTIONS", "timeout:2 attempts:2", 1)
        let console = ConsoleWriter()
        let arguments = KernelArguments.current()
        console.hide(arguments.secrets)
        let log = AgentLog(console: console, showsDetail: arguments.contains("martlet.debug"))
        let modules: ModuleLoader?
        do throws(SystemCallError) {
            modules = try ModuleLoader(runningKernel: .seconds(60))
        } catch {
            modules = nil
            log.logger.warning("no kernel modules for this kernel: \(error)")
        }
        services = Services(console: console, agentLog: log, arguments: arguments, modules: modules)
    }

    /// Runs to the end, good or bad.
    func run() async -> AgentOutcome {
        let breakpoints = services.arguments.breakpoints
        if !breakpoints.unknown.isEmpty {
            let known = StepName.allCases.map(\.rawValue).joined(separator: ", ")
            services.log.warning(
                "martlet.break= names no step: \(breakpoints.unknown.joined(separator: ", ")); steps are \(known)")
        }
        let steps = Steps(services: services)
        let observer = ObserverGroup(members: [
            StepLines(console: services.console), EventObserver(services: services),
            StatusFiles(console: services.console), services.metrics,
        ])
        let runner = PlanRunner(observer: observer, breakpoints: breakpoints.steps) {
            [console = services.console] step in
            await OperatorPause.wait(before: step, console: console)
        }
        await LeftoverMounts.unmountAll(services)
        MachineClock(services: services).raise()
        services.neighbours.start(services)
        services.hardware.start(services)
        do throws(StepFailure) {
            let configured = try await runner.run(steps.beginning, with: (), expecting: steps.provision.steps.count)
            switch configured.vars.mode {
            case .dryRun: return try await runner.goOn(with: steps.dryRun, from: configured)
            case .deprovision: return try await runner.goOn(with: steps.deprovision, from: configured)
            case .capture: return try await runner.goOn(with: steps.capture, from: configured)
            case .softDeprovision: return try await runner.goOn(with: steps.softDeprovision, from: configured)
            default:
                let chosen = try await runner.goOn(
                    with: steps.choice, from: configured, expecting: steps.installation.steps.count)
                if let provisioned = chosen.provisioned {
                    return try await runner.goOn(with: steps.bootProvisioned, from: provisioned)
                }
                return try await runner.goOn(with: steps.installation, from: chosen)
            }
        } catch {
            if case .leaveAlone(let status)? = error.underlying as? ControllerError {
                return await LocalBoot(services: services).leave(status: status)
            }
            return await FailurePath(services: services).handle(error)
        }
    }
}
