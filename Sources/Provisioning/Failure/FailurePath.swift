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
        await services.cleanUp()
        let settings = RescueSettings.current()
        let recent = services.agentLog.recentLines
        let clean = StepFailure(
            step: failure.step, cause: services.console.scrub(failure.cause),
            advice: services.console.scrub(failure.advice))
        for line in FailureBlock(clean, recentLog: recent, next: describe(settings)).lines {
            services.console.say(line)
        }
        services.agentLog.note("step \(clean.step) failed: \(clean.cause)")
        await report(clean)
        if settings.mode == .wait, services.controller != nil { await waitForWord() }
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
            _ = try await Steps(services: services).startNetwork(.automatic, timeout: .seconds(60))
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
        case .wait: "waiting for the controller's word (RESCUE_MODE=wait)"
        }
    }

    /// Stays, with heartbeats, and says so every ten minutes. An operator ends it with Ctrl-Alt-Del or a new boot.
    private func waitForWord() async {
        while !Task.isCancelled {
            services.console.say("martlet: waiting after the failure, with heartbeats (RESCUE_MODE=wait)")
            try? await Task.sleep(for: .seconds(600))
        }
    }
}
