import InitRuntime
import Pipeline

extension Steps {
    /// What every run begins with, before its MODE is known: the vars, and the network.
    var beginning: Plan<Void, Configured> {
        Plan(readVars()).then(bringUpNetwork())
    }

    /// MODE=provision, top to bottom. Each step takes what the one before proved; out of order it does not compile.
    var provision: Plan<Configured, AgentOutcome> {
        choice.then(installation)
    }

    /// Up to the disk: what follows is `installation`, or `bootProvisioned` for a disk that this order has provisioned
    /// before.
    var choice: Plan<Configured, ChosenDisk> {
        Plan(checkMachine())
            .then(reportInit())
            .then(collectInventory())
            .then(selectDisk())
    }

    /// From a disk to an installed system that is started.
    var installation: Plan<ChosenDisk, AgentOutcome> {
        Plan(preflight(), retry: .network)
            .then(releaseDisk())
            .then(writeImage(), retry: .network)
            .then(findRoot())
            .then(seedRoot())
            .then(runHooks())
            .then(loadKernel())
            .then(sealDisk())
            .then(reportSuccess())
            .then(handOver())
    }

    /// MODE=dry-run: everything that can be found out without writing.
    var dryRun: Plan<Configured, AgentOutcome> {
        choice
            .then(preflight(), retry: .network)
            .then(reportDryRun())
            .then(handOver())
    }

    /// MODE=deprovision: the disk loses its tables and signatures, and with SECURE_ERASE its data.
    var deprovision: Plan<Configured, AgentOutcome> {
        clearing(wipeDisk())
    }

    /// MODE=soft-deprovision: the disk boots no more, and keeps its data.
    var softDeprovision: Plan<Configured, AgentOutcome> {
        clearing(disableDisk())
    }

    /// MODE=capture: the disk is read, and becomes an image on a server.
    var capture: Plan<Configured, AgentOutcome> {
        choice
            .then(captureDisk())
            .then(reportCaptured())
            .then(handOver())
    }

    private func clearing(_ step: Step<ChosenDisk, ClearedDisk>) -> Plan<Configured, AgentOutcome> {
        choice
            .then(step)
            .then(reportCleared())
            .then(handOver())
    }
}
