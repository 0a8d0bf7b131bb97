import Hummingbird
import ProvisioningAPI

/// What says how the controller itself is doing.
struct ServiceRoutes {
    let store: MachineStore
    let counters: ServerCounters

    func add(to router: Router<ControllerContext>) {
        router.get("/healthz") { _, _ in Response.text("ok") }
        router.get("/metrics") { _, _ in
            let census = await store.census()
            var text = "# HELP martlet_machines Machines, by state.\n# TYPE martlet_machines gauge\n"
            for state in MachineState.allCases {
                text += "martlet_machines{state=\"\(state.rawValue)\"} \(census[state] ?? 0)\n"
            }
            return Response.text(text + counters.exposition)
        }
    }
}
