import NetworkTypes
import Testing

@testable import DHCPv4

/// A machine with the same random numbers in every run, and what the server of the tests gives it.
enum TestClient {
    static let mac = MACAddress("52:54:00:12:34:56") ?? .zero
    static let stranger = MACAddress("52:54:00:aa:bb:cc") ?? .zero
    static let server = IPv4Address(rawValue: 0xc000_0201)
    static let address = IPv4Address(rawValue: 0xc000_0207)

    /// A machine that neither probes nor announces, unless the settings say otherwise.
    static func machine(_ change: (inout LeaseSettings) -> Void = { $0.probing = .off }) -> LeaseMachine {
        var settings = LeaseSettings()
        change(&settings)
        return LeaseMachine(mac: mac, settings: settings, random: SeededGenerator(1))
    }

    /// Gives a machine that does not probe a lease of an hour since `begin`; returns what it asked for last.
    static func bind(_ machine: inout LeaseMachine, at begin: ContinuousClock.Instant) throws -> [LeaseAction] {
        let discover = try #require(machine.start(at: begin).message)
        let request = try #require(machine.receive(answer(.offer, to: discover), at: begin).message)
        return machine.receive(answer(.ack, to: request), at: begin)
    }

    /// Another host that says it has the address.
    static func claim(_ address: IPv4Address = address, by mac: MACAddress = stranger) -> ARPPacket {
        ARPPacket(operation: 2, senderMAC: mac, senderAddress: address, targetMAC: self.mac, targetAddress: .any)
    }
}

extension [LeaseAction] {
    /// The message that is to be sent.
    var message: DHCPMessage? {
        lazy.compactMap { if case .send(let message, _) = $0 { message } else { nil } }.first
    }

    /// Where it is to be sent.
    var destination: DHCPDestination? {
        lazy.compactMap { if case .send(_, let destination) = $0 { destination } else { nil } }.first
    }

    /// The last timer that is to be set.
    var timer: ContinuousClock.Instant? {
        lazy.compactMap { if case .setTimer(let time) = $0 { time } else { nil } }.last
    }

    /// The lease that is to be used.
    var lease: DHCPLease? {
        lazy.compactMap { if case .bound(let lease, _) = $0 { lease } else { nil } }.first
    }

    /// When it ends.
    var expiry: ContinuousClock.Instant? {
        lazy.compactMap { if case .bound(_, let expiry) = $0 { expiry } else { nil } }.first
    }

    /// What is to be told.
    var notices: [LeaseNotice] {
        compactMap { if case .notice(let notice) = $0 { notice } else { nil } }
    }

    /// Without the timers.
    var untimed: [LeaseAction] {
        filter { if case .setTimer = $0 { false } else { true } }
    }

    /// The addresses that are probed.
    var probes: [IPv4Address] {
        compactMap { if case .probe(let address) = $0 { address } else { nil } }
    }
}
