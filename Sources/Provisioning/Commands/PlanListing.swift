import Console
import InitRuntime
import LinuxSystem
import Pipeline

/// The plans as text, for `martlet plan` and the documentation.
enum PlanListing {
    /// All steps of MODE=provision.
    static var provision: String { listing(\.provision) }

    /// All steps of MODE=capture.
    static var capture: String { listing(\.capture) }

    private static func listing(_ plan: KeyPath<Steps, Plan<Configured, AgentOutcome>>) -> String {
        let console = ConsoleWriter()
        let services = Services(
            console: console, agentLog: AgentLog(console: console, showsDetail: false), arguments: .current(),
            modules: nil)
        let steps = Steps(services: services)
        return steps.beginning.then(steps[keyPath: plan]).listing
    }
}
