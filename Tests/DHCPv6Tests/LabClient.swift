import LinuxSystem
import Netlink
import NetworkTestKit
import NetworkTypes

@testable import DHCPv6

/// The client's side of the lab: its link set up, what the monitor heard of it, and a machine with its socket. Belongs
/// to the thread that made it.
final class LabClient {
    let session: NetlinkSession
    let monitor: AddressMonitor
    let link: Link
    private(set) var heard: [AddressMonitor.Change] = []
    private(set) var actions: [DHCPv6Action] = []
    private var machine: DHCPv6Machine
    private var socket: DHCPv6Socket?
    private var deadline: ContinuousClock.Instant?
    /// Whether a server may answer a SOLICIT with a lease at once.
    private let offersRapidCommit: Bool
    /// How far the machine's clock is ahead of the real one.
    private var ahead: Duration = .zero

    init(offersRapidCommit: Bool = true) throws {
        self.offersRapidCommit = offersRapidCommit
        monitor = try AddressMonitor()
        session = try NetlinkSession()
        guard let link = try session.links().first(where: { $0.name == NetworkLab.card }), let mac = link.mac else {
            throw LabFailure("\(NetworkLab.card) is not there")
        }
        self.link = link
        machine = DHCPv6Machine(mac: mac)
        try session.setUp(link)
    }

    /// The addresses heard of, in order.
    var addresses: [LinkAddress] {
        heard.compactMap { if case .present(let address) = $0 { address } else { nil } }
    }

    var lease: DHCPv6Lease? { machine.lease }

    /// Opens the socket on the link-local address as soon as that is ready.
    func openSocket() throws {
        func linkLocal() -> IPv6Address? {
            addresses.lazy.compactMap { address in
                if case .v6(let host) = address.address, host.isLinkLocal, address.isReady { host } else { nil }
            }.first
        }
        try wait { _ in linkLocal() != nil }
        guard let address = linkLocal() else { throw LabFailure("no link-local address") }
        socket = try DHCPv6Socket(interfaceIndex: link.index, interfaceName: link.name, linkLocal: address)
    }

    /// Lets the machine act, and does what it asks for.
    func act(_ body: (inout DHCPv6Machine, ContinuousClock.Instant) -> [DHCPv6Action]) {
        take(body(&machine, .now + ahead))
    }

    /// Moves the machine's clock to a time in the future and fires its timer.
    func skip(to time: ContinuousClock.Instant) {
        ahead = ContinuousClock.now.duration(to: time)
        take(machine.timerFired(at: time))
    }

    /// Listens and does what is due until something holds; ten seconds at most.
    func wait(until holds: (LabClient) -> Bool) throws {
        let end = ContinuousClock.now + .seconds(10)
        while !holds(self) {
            let now = ContinuousClock.now
            guard now < end else { throw LabFailure("heard \(heard)\ndone \(actions)") }
            let due = min(end, deadline.map { $0 - ahead } ?? end)
            let ready = Polling.readable(
                [monitor.descriptor.rawValue] + (socket.map { [$0.descriptor.rawValue] } ?? []), until: due)
            if ready.first == true { heard += try monitor.changes() }
            while ready.count > 1, let (message, sender) = try socket?.receive() {
                take(machine.receive(message, from: sender, at: .now + ahead))
            }
            if let deadline, .now + ahead >= deadline { take(machine.timerFired(at: .now + ahead)) }
        }
    }

    private func take(_ new: [DHCPv6Action]) {
        for action in new {
            switch action {
            case .send(let message):
                do { try socket?.send(offersRapidCommit ? message : message.withoutRapidCommit) } catch {
                    actions.append(.ignored("\(error)"))
                }
            case .setTimer(let time): deadline = time
            default: actions.append(action)
            }
        }
    }
}

extension DHCPv6Message {
    /// The same message from a client that wants four messages.
    fileprivate var withoutRapidCommit: DHCPv6Message {
        var rest = DHCPv6Options()
        for code in options.codes where code != .rapidCommit { rest.append(code, options[code] ?? []) }
        return DHCPv6Message(kind, transactionID: transactionID, options: rest)
    }
}
