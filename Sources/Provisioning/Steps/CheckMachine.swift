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

    /// Finds out what the machine is made of, and sends it without waiting for the answer; again when the switches that
    /// the NICs are connected to have told more.
    func collectInventory() -> Step<Admitted, Admitted> {
        Step(.collectInventory) { admitted, _ in
            guard admitted.job.vars.health.inventoryEnabled else { return admitted }
            let machine = admitted.job.machine
            var known = services.neighbours.all
            let inventory: Inventory
            do {
                inventory = try await InventoryCollection.collect(machine, neighbours: known)
            } catch {
                services.log.warning("there is no inventory: \(error.explanation)")
                return admitted
            }
            guard let controller = services.controller else { return admitted }
            Task {
                await send(inventory, to: controller)
                while !Task.isCancelled {
                    try? await Task.sleep(for: .seconds(2))
                    let neighbours = services.neighbours.all
                    guard neighbours != known else { continue }
                    known = neighbours
                    if let more = try? await InventoryCollection.collect(machine, neighbours: neighbours) {
                        await send(more, to: controller)
                    }
                }
            }
            return admitted
        }
    }

    private func send(_ inventory: Inventory, to controller: ControllerClient) async {
        do throws(ControllerError) {
            try await controller.sendInventory(inventory)
        } catch {
            services.log.warning("the inventory was not delivered: \(error)")
        }
    }
}
