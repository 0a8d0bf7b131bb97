import Console
import ControllerClient
import DeployVars
import InitRuntime
import LinuxSystem
import NetworkConfiguration
import Pipeline
import ProvisioningAPI

/// What follows a failed run: undo, say it, report it, and leave the rest to RESCUE_MODE.
struct FailurePath: Sendable {
    let services: Services

    /// Handles a failure and says how the agent is to end; does not return while RESCUE_MODE=wait waits.
    func handle(_ failure: StepFailure) async -> AgentOutcome {
        let settings = RescueSettings.current()
        let recent = services.agentLog.recentLines
        let clean = StepFailure(
            step: failure.step, cause: services.console.scrub(failure.cause),
            advice: services.console.scrub(failure.advice))
        for line in FailureBlock(clean, recentLog: recent, next: describe(settings)).lines {
            services.console.say(line)
        }
        await services.cleanUp()
        await report(clean)
        if settings.mode == .wait, services.controller != nil, services.network != nil {
            await wait(seconds: settings.timeout)
            return .restart
        }
        return .failed
    }

    /// Sends ERROR and the diagnostic report, bringing up a network for it if there is none.
    func report(_ failure: StepFailure) async {
        if services.network == nil {
            // With vars that are missing or invalid the network still comes up, for the report or for the operator.
            guard failure.step == .vars, await bringUpNetwork() else {
                if services.controller != nil { services.console.say("  without a network this cannot be reported") }
                return
            }
        }
        guard let controller = services.controller else { return }
        services.console.say("  reporting to the controller, for three minutes at most")
        do throws(ControllerError) {
            try await controller.reportError(ErrorReport(origin: .step(failure.step), cause: failure.cause))
        } catch {
            services.console.say("  the failure could not be reported: \(error)")
        }
        let report = await DiagnosticReport.collect(services)
        do throws(ControllerError) {
            try await controller.sendDebugReport(report)
        } catch {
            services.console.say("  the diagnostic report could not be sent: \(error)")
        }
        await controller.drain()
    }

    private func bringUpNetwork() async -> Bool {
        do {
            _ = try await Steps(services: services).startNetwork(vars: nil, timeout: .seconds(60), servers: [])
            return true
        } catch {
            services.console.say("  no network: \(error.explanation)".replacing("\n", with: "\n  "))
            return false
        }
    }

    private func describe(_ settings: RescueSettings) -> String {
        switch settings.mode {
        case .shell: "a shell on every console; `martlet retry` there starts over"
        case .reboot: "a restart (RESCUE_MODE=reboot)"
        case .retry: "a new try (RESCUE_MODE=retry)"
        case .wait: "waiting, with heartbeats (RESCUE_MODE=wait)"
        }
    }

    /// Stays, with heartbeats, and says so every ten minutes; until RESCUE_TIMEOUT if there is one.
    private func wait(seconds limit: UInt32) async {
        let clock = ContinuousClock()
        let end = limit > 0 ? clock.now + .seconds(Int64(limit)) : nil
        let until = limit > 0 ? "for \(limit) s, then a restart" : "until it is restarted from outside"
        while !Task.isCancelled {
            services.console.say("martlet: waiting after the failure, with heartbeats, \(until) (RESCUE_MODE=wait)")
            let pause = Duration.seconds(600)
            guard let end else {
                try? await Task.sleep(for: pause)
                continue
            }
            try? await Task.sleep(for: min(pause, clock.now.duration(to: end)))
            if clock.now >= end { return }
        }
    }
}
