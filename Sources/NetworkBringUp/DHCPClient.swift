import DHCPv4
import LinuxSystem
import NetworkTypes

/// A lease machine together with the socket and the timer that it asks for.
final class DHCPClient {
    let socket: DHCPSocket
    private var machine: LeaseMachine
    /// When `timerFired` is due.
    private(set) var deadline: ContinuousClock.Instant?
    /// Why the last message could not be sent.
    private(set) var sendFailure: String?

    init(card: NetworkCard) throws(SystemCallError) {
        socket = try DHCPSocket(interfaceIndex: card.index, interfaceName: card.name)
        machine = LeaseMachine(mac: card.mac)
    }

    /// How far the search for a lease has come.
    var progress: LeaseMachine.Progress { machine.progress }

    /// Begins to look for a lease.
    func start(at now: ContinuousClock.Instant) -> [LeaseAction] {
        perform(machine.start(at: now))
    }

    /// Asks whether the lease still holds.
    func confirm(at now: ContinuousClock.Instant) -> [LeaseAction] {
        perform(machine.confirm(at: now))
    }

    /// Does what is due.
    func timerFired(at now: ContinuousClock.Instant) -> [LeaseAction] {
        deadline = nil
        return perform(machine.timerFired(at: now))
    }

    /// Takes the messages that wait on the socket.
    func receive(at now: ContinuousClock.Instant) throws(SystemCallError) -> [LeaseAction] {
        var actions: [LeaseAction] = []
        for _ in 0..<64 {
            guard let message = try socket.receive() else { break }
            actions += perform(machine.receive(message, at: now))
        }
        return actions
    }

    /// Sends and sets the timer; what is left is for the caller.
    private func perform(_ actions: [LeaseAction]) -> [LeaseAction] {
        actions.filter { action in
            switch action {
            case .send(let message, let destination):
                do throws(SystemCallError) {
                    try socket.send(message, to: destination)
                    sendFailure = nil
                } catch {
                    // The machine sends again by its timer.
                    sendFailure = error.description
                }
                return false
            case .setTimer(let time):
                deadline = time
                return false
            default:
                return true
            }
        }
    }
}
