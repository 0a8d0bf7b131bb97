import Console
import DeployVars
import InitRuntime
import LinuxSystem
import Pipeline

/// The plans as text, for `martlet plan` and the documentation.
enum PlanListing {
    /// The steps of every MODE, the usual one first.
    static var all: String {
        modes.map { mode, plan in "MODE=\(mode)\n\(listing(plan))" }.joined(separator: "\n")
    }

    /// What the vars in use add to the steps, a line each after an empty one; empty for nothing.
    static func notes(on vars: String?) -> String {
        guard let vars = vars.flatMap({ try? DeployVars.parse($0).vars }), let layout = vars.preparation.namespaces
        else {
            return ""
        }
        return "\n\nNVME_NAMESPACES=\(layout): unless the NVMe controller with serial number \(vars.disk.serial ?? "") "
            + "has exactly these namespaces,\nrelease-disk deletes all that it has and makes these; the first one is the target"
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
