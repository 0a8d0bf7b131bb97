import Console
import InitRuntime
import LinuxSystem
import Pipeline

/// The plans as text, for `martlet plan` and the documentation.
enum PlanListing {
    /// The steps of every MODE, the usual one first.
    static var all: String {
        modes.map { mode, plan in "MODE=\(mode)\n\(listing(plan))" }.joined(separator: "\n")
    }

    /// The steps of MODE=provision.
    static var provision: String { listing(steps.provision) }

    /// The steps of MODE=capture.
    static var capture: String { listing(steps.capture) }

    private static var modes: [(String, Plan<Configured, AgentOutcome>)] {
        [
            ("provision", steps.provision), ("dry-run", steps.dryRun), ("deprovision", steps.deprovision),
            ("soft-deprovision", steps.softDeprovision), ("capture", steps.capture),
        ]
    }

    private static func listing(_ plan: Plan<Configured, AgentOutcome>) -> String {
        steps.beginning.then(plan).listing
    }

    private static var steps: Steps {
        let console = ConsoleWriter()
        return Steps(
            services: Services(
                console: console, agentLog: AgentLog(console: console, showsDetail: false), arguments: .current(),
                modules: nil))
    }
}
