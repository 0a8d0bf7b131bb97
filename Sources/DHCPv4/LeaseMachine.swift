import NetworkTypes

/// A DHCP client without any input or output: messages and times go in, actions come out (RFC 2131 4.4).
///
/// It looks for a server, takes the first usable offer up, and renews the lease for as long as it is asked to. It never
/// gives up; whoever drives it decides how long to wait. The address is not probed by ARP before it is used (RFC 2131
/// says "should"): that costs seconds at every boot, and servers probe before they offer.
public struct LeaseMachine: ~Copyable {
    /// How far the search for a lease has come; for messages to people.
    public struct Progress: Equatable, Sendable {
        /// DISCOVER messages sent since the search began.
        public internal(set) var discoversSent = 0
        /// Usable offers received since the search began.
        public internal(set) var offersReceived = 0
        /// Why the last unusable message of a server was passed over.
        public internal(set) var lastIgnored: String?
        /// The last failed attempt.
        public internal(set) var lastFailure: LeaseFailure?
        /// When the search began.
        public internal(set) var begun: ContinuousClock.Instant?
    }

    private enum State {
        case idle
        case pausing(until: ContinuousClock.Instant)
        case selecting(retry: ContinuousClock.Instant)
        case requesting(DHCPLease, attempt: Int, retry: ContinuousClock.Instant)
        case bound(HeldLease)
        case renewing(HeldLease, retry: ContinuousClock.Instant)
        case rebinding(HeldLease, retry: ContinuousClock.Instant)
    }

    /// REQUESTs sent for one offer before it counts as withdrawn; about 16 s.
    private static let requestAttempts = 6

    /// How far the search has come.
    public private(set) var progress = Progress()
    private let mac: MACAddress
    private var random: any RandomNumberGenerator
    private var state = State.idle
    private var transactionID: UInt32 = 0
    private var seconds: UInt16 = 0
    private var wantsBroadcast = false
    private var requestSent: ContinuousClock.Instant?
    private var refusals = 0

    /// A client that has not begun.
    ///
    /// - Parameters:
    ///   - mac: of the link that it is for.
    ///   - random: for transaction ids and retransmission times.
    public init(mac: MACAddress, random: any RandomNumberGenerator = SystemRandomNumberGenerator()) {
        self.mac = mac
        self.random = random
    }

    /// The lease in use.
    public var lease: DHCPLease? {
        switch state {
        case .bound(let held), .renewing(let held, _), .rebinding(let held, _): held.lease
        default: nil
        }
    }

    /// Begins to look for a lease, from the start.
    public mutating func start(at now: ContinuousClock.Instant) -> [LeaseAction] {
        progress = Progress()
        progress.begun = now
        return discover(at: now)
    }

    /// Takes a message of a server. One that is for another client, or answers another request, is passed over.
    public mutating func receive(_ message: DHCPMessage, at now: ContinuousClock.Instant) -> [LeaseAction] {
        guard message.isReply, message.transactionID == transactionID, message.clientMAC == mac else { return [] }
        switch (message.kind, state) {
        case (.offer, .selecting):
            return accept(message) { machine, lease in
                machine.progress.offersReceived += 1
                return machine.request(lease, attempt: 0, at: now)
            }
        case (.ack, .requesting), (.ack, .renewing), (.ack, .rebinding):
            return accept(message) { machine, lease in machine.hold(lease, at: now) }
        case (.nak, .requesting(let offer, _, _)):
            let server = message.options.address(.serverIdentifier)
            guard server == nil || server == offer.server else { return [] }
            return refused(by: server, message, at: now).map { [.failed($0.failure)] + $0.actions } ?? []
        case (.nak, .renewing), (.nak, .rebinding):
            let server = message.options.address(.serverIdentifier)
            return refused(by: server, message, at: now).map { [.lost($0.failure)] + $0.actions } ?? []
        default:
            return []
        }
    }

    /// Does what is due. Called too early it only asks for its timer again.
    public mutating func timerFired(at now: ContinuousClock.Instant) -> [LeaseAction] {
        switch state {
        case .idle:
            return []
        case .pausing(let due), .selecting(let due):
            return now < due ? [.setTimer(due)] : discover(at: now)
        case .requesting(let offer, let attempt, let due):
            if now < due { return [.setTimer(due)] }
            if attempt + 1 < Self.requestAttempts { return request(offer, attempt: attempt + 1, at: now) }
            let failure = LeaseFailure.offerWithdrawn(server: offer.server, requests: attempt + 1)
            progress.lastFailure = failure
            return [.failed(failure)] + discover(at: now)
        case .bound(let held):
            guard let renewal = held.renewal else { return [] }
            return now < renewal ? [.setTimer(renewal)] : renew(held, isNew: true, at: now)
        case .renewing(let held, let due), .rebinding(let held, let due):
            if let expiry = held.expiry, now >= expiry {
                let failure = LeaseFailure.expired(server: held.lease.server)
                let actions = start(at: now)
                progress.lastFailure = failure
                return [.lost(failure)] + actions
            }
            return now < due ? [.setTimer(due)] : renew(held, isNew: false, at: now)
        }
    }

    /// Asks at once whether the lease still holds: the link was away and may have come back on another network.
    public mutating func confirm(at now: ContinuousClock.Instant) -> [LeaseAction] {
        switch state {
        case .bound(let held), .renewing(let held, _), .rebinding(let held, _):
            return renew(held, isNew: true, askingAnyServer: true, at: now)
        default:
            return start(at: now)
        }
    }

    private mutating func accept(
        _ message: DHCPMessage, _ body: (inout LeaseMachine, DHCPLease) -> [LeaseAction]
    ) -> [LeaseAction] {
        do throws(UnusableLease) {
            return body(&self, try DHCPLease(message))
        } catch {
            let server = message.options.address(.serverIdentifier).map { " from \($0)" } ?? ""
            let reason = "the \(message.kind == .offer ? "offer" : "answer")\(server) was unusable: \(error)"
            progress.lastIgnored = reason
            return [.ignored(reason)]
        }
    }

    private mutating func discover(at now: ContinuousClock.Instant) -> [LeaseAction] {
        let attempt: Int
        if case .selecting = state {
            attempt = progress.discoversSent
        } else {
            attempt = 0
            transactionID = .random(in: .min ... .max, using: &random)
        }
        seconds = UInt16(clamping: progress.begun.map { ($0.duration(to: now)).components.seconds } ?? 0)
        // A packet socket hears unicast before it has an address, so broadcast answers are not needed; but some virtual
        // switches and relays deliver nothing else. From the fourth on every second DISCOVER asks for it.
        wantsBroadcast = attempt >= 3 && attempt % 2 == 1
        progress.discoversSent += 1
        let retry = now + RetransmissionDelay.after(attempt: attempt, using: &random)
        state = .selecting(retry: retry)
        return [.send(outgoing(.discover), to: .broadcast(from: .any)), .setTimer(retry)]
    }

    private mutating func request(
        _ offer: DHCPLease, attempt: Int, at now: ContinuousClock.Instant
    ) -> [LeaseAction] {
        var message = outgoing(.request)
        message.options[.requestedAddress] = offer.address.address.octets
        message.options[.serverIdentifier] = offer.server.octets
        requestSent = now
        let retry = now + RetransmissionDelay.after(attempt: attempt, using: &random)
        state = .requesting(offer, attempt: attempt, retry: retry)
        return [.send(message, to: .broadcast(from: .any)), .setTimer(retry)]
    }

    /// Asks for more time: the lease's own server until T2, then any server (RFC 2131 4.4.5).
    private mutating func renew(
        _ held: HeldLease, isNew: Bool, askingAnyServer: Bool = false, at now: ContinuousClock.Instant
    ) -> [LeaseAction] {
        if isNew {
            transactionID = .random(in: .min ... .max, using: &random)
            seconds = 0
        }
        wantsBroadcast = false
        requestSent = now
        var message = outgoing(.request)
        let address = held.lease.address.address
        message.clientAddress = address
        let isRebinding = askingAnyServer || held.rebinding.map { now >= $0 } ?? false
        if isRebinding {
            let retry = held.retry(after: now, until: held.expiry)
            state = .rebinding(held, retry: retry)
            return [.send(message, to: .broadcast(from: address)), .setTimer(retry)]
        }
        let retry = held.retry(after: now, until: held.rebinding)
        state = .renewing(held, retry: retry)
        return [.send(message, to: .unicast(from: address, to: held.lease.server)), .setTimer(retry)]
    }

    private mutating func hold(_ lease: DHCPLease, at now: ContinuousClock.Instant) -> [LeaseAction] {
        refusals = 0
        let held = HeldLease(lease, since: requestSent ?? now)
        state = .bound(held)
        return [.bound(lease, expiry: held.expiry)] + (held.renewal.map { [.setTimer($0)] } ?? [])
    }

    private mutating func refused(
        by server: IPv4Address?, _ message: DHCPMessage, at now: ContinuousClock.Instant
    ) -> (failure: LeaseFailure, actions: [LeaseAction])? {
        let failure = LeaseFailure.refused(server: server, message: message.options.text(.message))
        refusals += 1
        state = .idle
        if progress.begun == nil { progress.begun = now }
        progress.lastFailure = failure
        // At once the first time; a server that offers and refuses again and again is asked more and more slowly.
        if refusals == 1 { return (failure, discover(at: now)) }
        let due = now + .seconds(1 << min(refusals - 2, 6))
        state = .pausing(until: due)
        return (failure, [.setTimer(due)])
    }

    private func outgoing(_ kind: DHCPMessage.Kind) -> DHCPMessage {
        var message = DHCPMessage(kind, transactionID: transactionID, clientMAC: mac)
        message.seconds = seconds
        message.wantsBroadcast = wantsBroadcast
        // Hardware type Ethernet and the MAC (RFC 2132 9.14): the same through reboots and reinstallation.
        message.options[.clientIdentifier] = [1] + mac.octets
        message.options[.maximumMessageSize] = [0x05, 0xdc]
        message.options[.parameterRequestList] = Self.wanted.map(\.rawValue)
        return message
    }

    /// Classless routes before routers: RFC 3442 asks for this order.
    private static let wanted: [DHCPOption] = [
        .subnetMask, .classlessRoutes, .routers, .nameServers, .hostName, .domainName, .interfaceMTU, .ntpServers,
        .leaseTime, .renewalTime, .rebindingTime,
    ]
}

/// A lease and its times on this machine's clock; `nil` is never.
private struct HeldLease {
    let lease: DHCPLease
    let renewal: ContinuousClock.Instant?
    let rebinding: ContinuousClock.Instant?
    let expiry: ContinuousClock.Instant?

    init(_ lease: DHCPLease, since sent: ContinuousClock.Instant) {
        self.lease = lease
        renewal = lease.renewalSeconds.map { sent + .seconds($0) }
        rebinding = lease.rebindingSeconds.map { sent + .seconds($0) }
        expiry = lease.leaseSeconds.map { sent + .seconds($0) }
    }

    /// Half of the time that is left, but at least a minute (RFC 2131 4.4.5), and never past the limit.
    func retry(
        after now: ContinuousClock.Instant, until limit: ContinuousClock.Instant?
    ) -> ContinuousClock.Instant {
        guard let limit else { return now + .seconds(60) }
        return min(now + max(.seconds(60), now.duration(to: limit) / 2), limit)
    }
}
