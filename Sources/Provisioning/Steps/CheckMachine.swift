import ControllerClient
import DeployVars
import Diagnostics
import Pipeline
import ProvisioningAPI

extension Steps {
    /// Makes sure that the vars are for this machine, before anything is reported or looked at for writing.
    func checkMachine() -> Step<Configured, RightMachine> {
        Step(.checkMachine) { job, _ in
            try job.vars.machine.check(uuid: job.machine.uuid, serial: job.machine.serial, macs: job.machine.macs)
            return RightMachine(job: job)
        }
    }

    /// Asks the controller whether the run may begin.
    func reportInit() -> Step<RightMachine, Admitted> {
        Step(.reportInit) { right, progress in
            progress("waiting for the controller")
            try await services.controller?.reportInit(right.job.vars.mode)
            return Admitted(job: right.job)
        }
    }

    /// Finds out what the machine is made of, and sends it without waiting for the answer.
    func collectInventory() -> Step<Admitted, Admitted> {
        Step(.collectInventory) { admitted, _ in
            guard admitted.job.vars.health.inventoryEnabled else { return admitted }
            let inventory: Inventory
            do {
                inventory = try await InventoryCollection.collect(admitted.job.machine)
            } catch {
                services.log.warning("there is no inventory: \(error.explanation)")
                return admitted
            }
            guard let controller = services.controller else { return admitted }
            Task {
                do throws(ControllerError) {
                    try await controller.sendInventory(inventory)
                } catch {
                    services.log.warning("the inventory was not delivered: \(error)")
                }
            }
            return admitted
        }
    }
}
