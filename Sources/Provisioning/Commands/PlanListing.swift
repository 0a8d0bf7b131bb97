import Console
import LinuxSystem
import Pipeline

/// The plans as text, for `martlet plan` and the documentation.
enum PlanListing {
    /// All steps of MODE=provision.
    static var provision: String {
        let console = ConsoleWriter()
        let services = Services(
            console: console, agentLog: AgentLog(console: console, showsDetail: false), arguments: .current(),
            modules: nil)
        let steps = Steps(services: services)
        return steps.beginning.then(steps.provision).listing
    }
}
