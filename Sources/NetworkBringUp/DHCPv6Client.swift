import DHCPv6
import LinuxSystem
import NetworkTypes

/// A DHCPv6 machine together with the socket and the timer that it asks for.
final class DHCPv6Client {
    private let socket: DHCPv6Socket
    private var machine: DHCPv6Machine
    /// When `timerFired` is due.
    private(set) var deadline: ContinuousClock.Instant?
    /// Why the last message could not be sent.
    private(set) var sendFailure: String?

    /// A client for a card.
    ///
    /// - Parameters:
    ///   - linkLocal: the card's own link-local address, no longer tentative (see `DHCPv6Socket`).
    ///   - duid: by what servers recognise this machine; without it, by the card's MAC address.
    init(card: NetworkCard, linkLocal: IPv6Address, duid: DUID? = nil) throws(SystemCallError) {
        socket = try DHCPv6Socket(interfaceIndex: card.index, interfaceName: card.name, linkLocal: linkLocal)
        machine = DHCPv6Machine(mac: card.mac, duid: duid)
    }

    /// What to wait on with poll(2); `receive` is due when one of them is readable.
    var descriptors: [Int32] { [socket.descriptor.rawValue] }

    /// How far the search for a lease, or for settings, has come.
    var progress: DHCPv6Machine.Progress { machine.progress }

    /// The lease in use.
    var lease: DHCPv6Lease? { machine.lease }

    /// Begins to look for a lease.
    func start(at now: ContinuousClock.Instant) -> [DHCPv6Action] {
        perform(machine.start(at: now))
    }

    /// Begins to ask for settings alone: addresses come from the routers.
    func startStateless(at now: ContinuousClock.Instant) -> [DHCPv6Action] {
        perform(machine.startStateless(at: now))
    }

    /// Asks whether the lease still belongs to this link, or for the settings anew.
    func confirm(at now: ContinuousClock.Instant) -> [DHCPv6Action] {
        perform(machine.confirm(at: now))
    }

    /// Tells the server that the kernel found the lease's address in use, and looks for another.
    func decline(at now: ContinuousClock.Instant) -> [DHCPv6Action] {
        perform(machine.decline(at: now))
    }

    /// Gives the lease up, once its address is off the link; then the client does nothing more.
    func release(at now: ContinuousClock.Instant) -> [DHCPv6Action] {
        deadline = nil
        return perform(machine.release(at: now))
    }

    /// Does what is due.
    func timerFired(at now: ContinuousClock.Instant) -> [DHCPv6Action] {
        deadline = nil
        return perform(machine.timerFired(at: now))
    }

    /// Takes the messages that wait on the socket.
    func receive(at now: ContinuousClock.Instant) throws(SystemCallError) -> [DHCPv6Action] {
        var actions: [DHCPv6Action] = []
        for _ in 0..<64 {
            guard let (message, sender) = try socket.receive() else { break }
            actions += perform(machine.receive(message, from: sender, at: now))
        }
        return actions
    }

    /// Sends and sets the timer; what is left is for the caller.
    private func perform(_ actions: [DHCPv6Action]) -> [DHCPv6Action] {
        actions.filter { action in
            switch action {
            case .send(let message):
                do throws(SystemCallError) {
                    try socket.send(message)
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
