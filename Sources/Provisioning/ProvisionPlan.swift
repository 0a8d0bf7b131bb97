import InitRuntime
import Pipeline

extension Steps {
    /// What every run begins with, before its MODE is known: the vars, and the network.
    var beginning: Plan<Void, Configured> {
        Plan(readVars()).then(bringUpNetwork())
    }

    /// MODE=provision, top to bottom. Each step takes what the one before proved; out of order it does not compile.
    var provision: Plan<Configured, AgentOutcome> {
        Plan(checkMachine())
            .then(reportInit())
            .then(collectInventory())
            .then(selectDisk())
            .then(preflight(), retry: .network)
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
        Plan(checkMachine())
            .then(reportInit())
            .then(collectInventory())
            .then(selectDisk())
            .then(preflight(), retry: .network)
            .then(reportDryRun())
            .then(handOver())
    }
}
