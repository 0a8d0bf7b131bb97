import ControllerClient
import LLDP
import LinuxSystem
import NetworkBringUp
import ProvisioningAPI
import Synchronization

/// The switches that the NICs are connected to, as they tell by LLDP every half a minute. Nothing waits for them: what they
/// tell goes to the console, and into the inventory, which is sent again when they have something to add.
final class Neighbours: Sendable {
    private let listener = Mutex<LLDPListener?>(nil)

    /// Begins to listen; NICs are told by `add`.
    func start(_ services: Services) {
        do throws(SystemCallError) {
            let started = try LLDPListener.start(stopsFirmwareAgents: true) { [services] event in
                switch event {
                case .found, .changed:
                    services.console.say("  \(event)")
                    services.agentLog.note("\(event)")
                case .gone, .firmwareAgentStopped: services.log.info("\(event)")
                case .trouble: services.log.debug("\(event)")
                }
            }
            listener.withLock { $0 = started }
        } catch {
            services.log.debug("no LLDP: \(error)")
        }
    }

    /// Listens on this card, too.
    func add(_ card: NetworkCard) {
        listener.withLock { $0 }?.add(LLDPInterface(index: card.index, name: card.name, mac: card.mac))
    }

    /// The card has gone.
    func remove(_ card: NetworkCard) {
        listener.withLock { $0 }?.remove(index: card.index)
    }

    /// What each NIC is connected to, by the NIC's name.
    var all: [String: Inventory.Neighbour] {
        (listener.withLock { $0 }?.neighbours ?? [:]).mapValues { neighbour in
            Inventory.Neighbour(
                systemName: neighbour.systemName, chassisID: neighbour.chassisID.text, portID: neighbour.portID.text,
                portDescription: neighbour.portDescription, vlan: neighbour.nativeVLAN.map(Int.init),
                managementAddress: neighbour.managementAddress?.description)
        }
    }
}
