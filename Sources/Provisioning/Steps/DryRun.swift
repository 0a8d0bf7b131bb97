import ControllerClient
import Pipeline
import ProvisioningAPI

extension Steps {
    /// Ends a dry run: shows what a real one would still do, and tells the controller that nothing stands in its way.
    func reportDryRun() -> Step<Preflighted, ReadyToLeave> {
        Step(.reportSuccess) { image, _ in
            services.console.say("  dry run: nothing was written. A real run goes on with")
            let rest = provision.steps.drop { $0.name != .releaseDisk }.map(\.name.description)
            services.console.say("    \(rest.joined(separator: ", "))")
            if let controller = services.controller {
                do throws(ControllerError) {
                    try await controller.reportSuccess(image.job.vars.mode)
                } catch {
                    services.log.warning("SUCCESS was not delivered: \(error)")
                }
            }
            return ReadyToLeave(job: image.job, outcome: .stay)
        }
    }
}
