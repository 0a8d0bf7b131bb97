import DHCPv4
import LinuxSystem
import NetworkTypes

/// A lease machine together with the sockets and the timer that it asks for.
final class DHCPClient {
    private let socket: DHCPSocket
    private let interfaceIndex: Int32
    private let interfaceName: String
    private let mac: MACAddress
    private var machine: LeaseMachine
    /// Open while the machine watches an address.
    private var arp: ARPSocket?
    /// When `timerFired` is due.
    private(set) var deadline: ContinuousClock.Instant?
    /// Why the last message could not be sent.
    private(set) var sendFailure: String?
    /// Why ARP did not work, once that was told.
    private var arpFailure: String?

    init(
        interfaceIndex: Int32, interfaceName: String, mac: MACAddress, settings: LeaseSettings = LeaseSettings()
    ) throws(SystemCallError) {
        self.interfaceIndex = interfaceIndex
        self.interfaceName = interfaceName
        self.mac = mac
        socket = try DHCPSocket(interfaceIndex: interfaceIndex, interfaceName: interfaceName)
        machine = LeaseMachine(mac: mac, settings: settings)
    }

    /// How far the search for a lease has come.
    var progress: LeaseMachine.Progress { machine.progress }

    /// What to wait for with poll(2); when one can be read, `receive` is due. Ask anew before every wait.
    var descriptors: [Descriptor] { [socket.descriptor] + (arp.map { [$0.descriptor] } ?? []) }

    /// Begins to look for a lease, first for the address that this machine had on this network before, if it had one.
    func start(remembering address: IPv4Address? = nil, at now: ContinuousClock.Instant) -> [LeaseAction] {
        perform(machine.start(remembering: address, at: now))
    }

    /// Asks whether the lease still holds.
    func confirm(at now: ContinuousClock.Instant) -> [LeaseAction] {
        perform(machine.confirm(at: now))
    }

    /// Gives the lease back, best effort. Take the address off the link afterwards.
    func release() {
        _ = perform(machine.release())
        deadline = nil
    }

    /// Does what is due.
    func timerFired(at now: ContinuousClock.Instant) -> [LeaseAction] {
        deadline = nil
        return perform(machine.timerFired(at: now))
    }

    /// Takes what waits on the sockets.
    func receive(at now: ContinuousClock.Instant) throws(SystemCallError) -> [LeaseAction] {
        var actions: [LeaseAction] = []
        // Claims before the server's messages: a conflict that is known when the lease comes keeps it out of use.
        for _ in 0..<64 {
            guard let packet = try arp?.receive() else { break }
            actions += perform(machine.receive(packet, at: now))
        }
        for _ in 0..<64 {
            guard let message = try socket.receive() else { break }
            actions += perform(machine.receive(message, at: now))
        }
        return actions
    }

    /// Sends and sets the timer; what is left is for the caller.
    private func perform(_ actions: [LeaseAction]) -> [LeaseAction] {
        let left = actions.flatMap { action -> [LeaseAction] in
            switch action {
            case .send(let message, let destination):
                do throws(SystemCallError) {
                    try socket.send(message, to: destination)
                    sendFailure = nil
                } catch {
                    // The machine sends again by its timer.
                    sendFailure = error.description
                }
                return []
            case .probe(let address):
                return broadcast(.probe(for: address, from: mac))
            case .announce(let address):
                return broadcast(.announcement(of: address, by: mac))
            case .setTimer(let time):
                deadline = time
                return []
            default:
                return [action]
            }
        }
        if machine.watchedAddress == nil { arp = nil }
        return left
    }

    private func broadcast(_ packet: ARPPacket) -> [LeaseAction] {
        let address = packet.targetAddress
        do throws(SystemCallError) {
            if arp?.address != address {
                arp = nil
                arp = try ARPSocket(interfaceIndex: interfaceIndex, interfaceName: interfaceName, address: address)
            }
            try arp?.send(packet)
            return []
        } catch {
            // The machine goes on by its timer, as if nobody had answered.
            let why = error.description
            defer { arpFailure = why }
            return why == arpFailure ? [] : [.notice(.unprobed(address, why))]
        }
    }
}
