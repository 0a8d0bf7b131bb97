import ControllerClient
import DeployVars
import ImageStreaming
import InitRuntime
import Pipeline
import ProvisioningAPI

extension Steps {
    /// Tells the controller that all is done. A controller that does not answer holds nothing up for long.
    func reportSuccess() -> Step<SealedDisk, ReadyToLeave> {
        Step(.reportSuccess) { sealed, progress in
            await deliverSuccess(of: sealed.job, sealed.summary, progress)
            return ReadyToLeave(job: sealed.job, outcome: sealed.outcome)
        }
    }

    /// Tells the controller of a success, and how long everything took.
    func deliverSuccess(of job: Configured, _ summary: ImageWriteSummary?, _ progress: StepProgress) async {
        guard let controller = services.controller else { return }
        progress("waiting for the controller")
        do throws(ControllerError) {
            try await controller.reportSuccess(job.vars.mode)
        } catch {
            services.log.warning("SUCCESS was not delivered, going on all the same: \(error)")
        }
        await sendMetrics(summary, controller)
    }

    /// Empties the log's queue; what follows is PID 1's.
    func handOver() -> Step<ReadyToLeave, AgentOutcome> {
        Step(.handOver) { ready, _ in
            let ways: [AgentOutcome: String] = [
                .kexec: "starting the installed kernel", .restart: "restarting the machine",
                .powerOff: "powering off", .stay: "staying, as HANDOVER=stay asks",
            ]
            services.log.info("\(ways[ready.outcome] ?? "")")
            if let controller = services.controller, await !controller.drain() {
                services.console.say("  the controller has not taken all log lines in 10 s; leaving without it")
            }
            if ready.outcome != .stay { services.network?.release() }
            return ready.outcome
        }
    }

    private func sendMetrics(_ summary: ImageWriteSummary?, _ controller: ControllerClient) async {
        let metrics = services.metrics.report(of: summary)
        do throws(ControllerError) {
            try await controller.sendMetrics(metrics)
        } catch {
            services.log.debug("the metrics were not delivered: \(error)")
        }
    }
}
