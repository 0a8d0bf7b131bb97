import NetworkTypes

/// A DHCP client without any input or output: messages and times go in, actions come out (RFC 2131 4.4).
///
/// It looks for a server, takes an offer up, asks by ARP whether the address is free, and renews the lease for as long as
/// it is asked to. It never gives up; whoever drives it decides how long to wait.
public struct LeaseMachine: ~Copyable {
    enum State {
        case idle
        case pausing(until: ContinuousClock.Instant)
        case selecting(Selection)
        case requesting(DHCPLease, attempt: Int, retry: ContinuousClock.Instant)
        /// Asks for an address that it had in an earlier life (INIT-REBOOT).
        case rebooting(IPv4Address, attempt: Int, retry: ContinuousClock.Instant)
        /// Granted, and being probed; an earlier lease remains in use until then.
        case checking(DHCPLease, replacing: HeldLease?)
        case bound(HeldLease)
        /// Asks whether the lease holds on the network where the link is now (INIT-REBOOT with the lease in use).
        case confirming(HeldLease, attempt: Int, retry: ContinuousClock.Instant)
        case renewing(Renewal)
    }

    /// How far the search has come.
    public internal(set) var progress = Progress()
    let mac: MACAddress
    let settings: LeaseSettings
    var random: any RandomNumberGenerator
    var state = State.idle
    var watch: AddressWatch?
    /// The address to ask for in DISCOVER.
    var formerAddress: IPv4Address?
    var transactionID: UInt32 = 0
    var seconds: UInt16 = 0
    var wantsBroadcast = false
    var requestSent: ContinuousClock.Instant?
    var refusals = 0
    var conflicts = 0
    private var timer: ContinuousClock.Instant?

    /// A client that has not begun.
    ///
    /// - Parameters:
    ///   - mac: of the link that it is for.
    ///   - random: for transaction ids and retransmission times.
    public init(
        mac: MACAddress, settings: LeaseSettings = LeaseSettings(),
        random: any RandomNumberGenerator = SystemRandomNumberGenerator()
    ) {
        self.mac = mac
        self.settings = settings
        self.random = random
    }

    /// The lease in use.
    public var lease: DHCPLease? { held?.lease }

    /// The address about which ARP packets are to be heard; `nil` when ARP is of no interest.
    public var watchedAddress: IPv4Address? { watch?.address }

    /// Begins to look for a lease, from the start.
    ///
    /// - Parameter address: one that this client had on this network before. A server that knows of it grants it without
    ///   another DISCOVER (RFC 2131 3.2); where none answers, the search goes on as usual after less than 2 s.
    public mutating func start(
        remembering address: IPv4Address? = nil, at now: ContinuousClock.Instant
    ) -> [LeaseAction] {
        progress = Progress()
        progress.begun = now
        formerAddress = address
        state = .idle
        return settle(address.map { reboot($0, attempt: 0, at: now) } ?? discover(at: now))
    }

    /// Takes a message of a server. One that is for another client, or answers another request, is passed over.
    public mutating func receive(_ message: DHCPMessage, at now: ContinuousClock.Instant) -> [LeaseAction] {
        guard message.isReply, message.transactionID == transactionID, message.clientMAC == mac else { return [] }
        switch (message.kind, state) {
        case (.offer, .selecting(let selection)):
            return accept(message) { machine, lease in machine.offered(lease, selection, at: now) }
        case (.ack, .requesting), (.ack, .confirming), (.ack, .renewing), (.ack, .rebooting):
            return accept(message) { machine, lease in machine.granted(lease, at: now) }
        case (.nak, .requesting(let offer, _, _)):
            let server = message.options.address(.serverIdentifier)
            guard server == nil || server == offer.server else { return [] }
            return settle(refused(message, at: now))
        case (.nak, .rebooting), (.nak, .confirming), (.nak, .renewing):
            return settle(refused(message, at: now))
        default:
            return []
        }
    }

    /// Takes an ARP packet that came in on the link.
    public mutating func receive(_ packet: ARPPacket, at now: ContinuousClock.Instant) -> [LeaseAction] {
        guard let claimant = watch?.claimant(in: packet, besides: mac) else { return [] }
        return settle(conflict(with: claimant, at: now))
    }

    /// Does what is due. Called too early it only asks for its timer again.
    public mutating func timerFired(at now: ContinuousClock.Instant) -> [LeaseAction] {
        timer = nil
        return settle(watchTimerFired(at: now) + stateTimerFired(at: now))
    }

    /// Asks at once whether the lease still holds: the link was away and may have come back on another network. The
    /// lease remains in use until a server says no, or its time is over (RFC 2131 3.2, 3.7).
    public mutating func confirm(at now: ContinuousClock.Instant) -> [LeaseAction] {
        switch state {
        case .checking(let lease, replacing: nil):
            return start(remembering: lease.address.address, at: now)
        case .rebooting(let address, _, _):
            return start(remembering: address, at: now)
        case .pausing:
            return []
        default:
            guard let held else { return start(at: now) }
            return settle(confirm(held, attempt: 0, at: now))
        }
    }

    /// Gives the lease back to its server, and ends. Take the address off the link afterwards. Best effort: nothing
    /// answers a RELEASE (RFC 2131 4.4.6).
    public mutating func release() -> [LeaseAction] {
        let released = held
        state = .idle
        watch = nil
        guard let released else { return [] }
        transactionID = .random(in: .min ... .max, using: &random)
        var message = plain(.release)
        message.clientAddress = released.address
        message.options[.serverIdentifier] = released.lease.server.octets
        return settle([.send(message, to: .unicast(from: released.address, to: released.lease.server))])
    }

    var held: HeldLease? {
        switch state {
        case .bound(let held), .confirming(let held, _, _), .checking(_, replacing: let held?): held
        case .renewing(let renewal): renewal.held
        default: nil
        }
    }

    private mutating func stateTimerFired(at now: ContinuousClock.Instant) -> [LeaseAction] {
        switch state {
        case .idle, .checking:
            return []
        case .pausing(let due):
            return now < due ? [] : discover(at: now)
        case .selecting(let selection):
            return selecting(selection, at: now)
        case .requesting(let offer, let attempt, let due):
            return now < due ? [] : requestUnanswered(offer, attempt: attempt, at: now)
        case .rebooting(let address, let attempt, let due):
            return now < due ? [] : reboot(address, attempt: attempt + 1, at: now)
        case .bound(let held):
            return held.renewal.map { now < $0 } ?? true ? [] : renew(held, at: now)
        case .confirming(let held, let attempt, let due):
            return expire(held, at: now) ?? (now < due ? [] : confirm(held, attempt: attempt + 1, at: now))
        case .renewing(let renewal):
            return expire(renewal.held, at: now) ?? renewing(renewal, at: now)
        }
    }

    private var stateDue: ContinuousClock.Instant? {
        switch state {
        case .idle, .checking: nil
        case .pausing(let due), .requesting(_, _, let due), .rebooting(_, _, let due): due
        case .selecting(let selection): min(selection.retry, selection.decision ?? selection.retry)
        case .bound(let held): held.renewal
        case .confirming(let held, _, let due): min(due, held.expiry ?? due)
        case .renewing(let renewal): min(renewal.retry, renewal.notice ?? renewal.retry)
        }
    }

    private mutating func accept(
        _ message: DHCPMessage, _ body: (inout LeaseMachine, DHCPLease) -> [LeaseAction]
    ) -> [LeaseAction] {
        do throws(UnusableLease) {
            let lease = try DHCPLease(message)
            return settle(body(&self, lease))
        } catch {
            let server = message.options.address(.serverIdentifier).map { " from \($0)" } ?? ""
            let reason = "the \(message.kind == .offer ? "offer" : "answer")\(server) was unusable: \(error)"
            progress.lastIgnored = reason
            return [.ignored(reason)]
        }
    }

    /// Adds the timer to actions, unless it stands already.
    private mutating func settle(_ actions: [LeaseAction]) -> [LeaseAction] {
        let due = [stateDue, watch?.due].compactMap { $0 }.min()
        defer { timer = due }
        guard let due, due != timer else { return actions }
        return actions + [.setTimer(due)]
    }
}
