import LinuxSystem
import NetworkTypes

/// What the listener's thread works with: a socket per NIC, and the table of who was heard.
final class LLDPEngine {
    private let stopsFirmwareAgents: Bool
    private var sockets: [Int32: (interface: LLDPInterface, socket: LLDPSocket)] = [:]
    private var table = NeighbourTable()
    private var events: [LLDPEvent] = []

    init(stopsFirmwareAgents: Bool) {
        self.stopsFirmwareAgents = stopsFirmwareAgents
    }

    /// Readable when a frame waits.
    var descriptors: [Int32] { sockets.values.map(\.socket.descriptor.rawValue) }
    /// When the next neighbour's time is over.
    var nextExpiry: ContinuousClock.Instant? { table.nextExpiry }
    /// The neighbour of each NIC that has one.
    var neighbours: [String: LLDPNeighbour] { table.neighbours }

    /// What happened since the last call.
    func takeEvents() -> [LLDPEvent] {
        defer { events = [] }
        return events
    }

    func add(_ interface: LLDPInterface) {
        guard sockets[interface.index]?.interface != interface else { return }
        if stopsFirmwareAgents { stopFirmwareAgent(on: interface.name) }
        do throws(SystemCallError) {
            let socket = try LLDPSocket(interfaceIndex: interface.index, interfaceName: interface.name)
            sockets[interface.index] = (interface, socket)
            table.add(interface)
        } catch {
            giveUp(interface, error)
        }
    }

    func remove(_ index: Int32) {
        sockets[index] = nil
        table.remove(index)
    }

    /// Takes the frames that wait, and forgets the neighbours whose time is over.
    func receive() {
        for (index, open) in sockets {
            do throws(SystemCallError) {
                for frame in try open.socket.receive() { events += table.hear(frame, on: index, at: .now) }
            } catch {
                giveUp(open.interface, error)
            }
        }
        events += table.expire(at: .now)
    }

    private func giveUp(_ interface: LLDPInterface, _ error: SystemCallError) {
        remove(interface.index)
        events.append(.trouble(interface: interface.name, error.description))
    }

    private func stopFirmwareAgent(on interface: String) {
        switch FirmwareAgent.stop(on: interface) {
        case .absent: break
        case .stopped: events.append(.firmwareAgentStopped(interface: interface))
        case .refused(let error):
            events.append(.trouble(interface: interface, "its firmware keeps it to itself: \(error)"))
        }
    }
}
