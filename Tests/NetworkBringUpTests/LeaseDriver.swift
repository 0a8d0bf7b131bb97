import DHCPv4
import Foundation
import LinuxSystem
import NetworkTestKit
import NetworkTypes

@testable import NetworkBringUp

/// Drives one DHCP client on the lab's `nic0` and gives the link what it is granted, as the network engine does. Works
/// on a thread in the client's namespace (`NetworkLab.drive`).
final class LeaseDriver {
    /// Something that the client asked for, and when.
    struct Event {
        let action: LeaseAction
        let time: ContinuousClock.Instant
    }

    let client: DHCPClient
    let begun = ContinuousClock.now
    private(set) var events: [Event] = []
    private(set) var lease: DHCPLease?
    private let lab: NetworkLab

    init(_ lab: NetworkLab, settings: LeaseSettings = LeaseSettings()) throws {
        self.lab = lab
        try lab.clientIP("link", "set", "nic0", "up")
        let fields = try lab.clientIP("-o", "link", "show", "nic0").split { $0 == " " || $0 == "\\" }
        let index = fields.first.flatMap { Int32($0.dropLast()) }
        let mac = fields.firstIndex(of: "link/ether").flatMap { MACAddress(fields[$0 + 1]) }
        guard let index, let mac else { throw LabFailure("no nic0: \(fields)") }
        client = try DHCPClient(interfaceIndex: index, interfaceName: "nic0", mac: mac, settings: settings)
    }

    /// Works until an action fits. Throws with what happened when none does in time.
    @discardableResult
    func run(
        within limit: Duration, _ first: [LeaseAction] = [], until fits: (LeaseAction) -> Bool
    ) throws -> ContinuousClock.Instant {
        let end = ContinuousClock.now + limit
        if try take(first).contains(where: fits) { return .now }
        while ContinuousClock.now < end {
            _ = Polling.readable(client.descriptors.map(\.rawValue), until: min(client.deadline ?? end, end))
            let now = ContinuousClock.now
            var actions = try client.receive(at: now)
            if let due = client.deadline, now >= due { actions += client.timerFired(at: now) }
            if try take(actions).contains(where: fits) { return .now }
        }
        throw LabFailure("nothing fitted in \(limit): \(events.map(\.action))\n\(lab.serverLog)")
    }

    /// Works until there is a lease.
    @discardableResult
    func bind(
        remembering address: IPv4Address? = nil, within limit: Duration = .seconds(10)
    ) throws -> DHCPLease {
        try run(within: limit, client.start(remembering: address, at: .now)) {
            if case .bound = $0 { true } else { false }
        }
        guard let lease else { throw LabFailure("no lease") }
        return lease
    }

    /// When the first action that fits came.
    func time(where fits: (LeaseAction) -> Bool) -> ContinuousClock.Instant? {
        events.first { fits($0.action) }?.time
    }

    private func take(_ actions: [LeaseAction]) throws -> [LeaseAction] {
        for action in actions {
            events.append(Event(action: action, time: .now))
            switch action {
            case .bound(let lease, _):
                let earlier = self.lease
                self.lease = lease
                try lab.clientIP("addr", "replace", "\(lease.address)", "dev", "nic0")
                if let earlier, earlier.address != lease.address { try withdraw(earlier) }
            case .lost:
                if let lease { try withdraw(lease) }
                lease = nil
            default: continue
            }
        }
        return actions
    }

    private func withdraw(_ lease: DHCPLease) throws {
        try lab.clientIP("addr", "del", "\(lease.address)", "dev", "nic0")
    }
}

extension NetworkLab {
    /// Runs something with a driver in the client's namespace.
    func drive<Value: Sendable>(
        _ settings: LeaseSettings = LeaseSettings(),
        _ body: @escaping @Sendable (LeaseDriver) throws -> Value
    ) async throws -> Value {
        try await inClient { try body(LeaseDriver(self, settings: settings)) }
    }
}
