import NetworkTypes

/// A DHCPv6 client without any input or output: messages and times go in, actions come out (RFC 8415 18.2).
///
/// It looks for a server, takes up the best offer, and renews the lease for as long as it is asked to; or it only asks
/// for settings, when addresses come from the routers. It never gives up; whoever drives it decides how long to wait.
///
/// The driver must not start it before the link's own link-local address has passed its check for duplicates: messages
/// go out from that address, and the kernel sends nothing from a tentative one. The driver gives the address of a lease
/// to the link, where the kernel checks it too, and calls `decline` when that finds a duplicate.
///
/// The random second that RFC 8415 18.2.1 lets a client wait before its first message is left out: it would be a part
/// of every boot.
public struct DHCPv6Machine: ~Copyable {
    /// How far the search has come; for messages to people.
    public struct Progress: Equatable, Sendable {
        /// SOLICIT messages sent since the search began.
        public internal(set) var solicitsSent = 0
        /// Usable offers received since the search began.
        public internal(set) var offersReceived = 0
        /// INFORMATION-REQUEST messages sent since the settings were asked for.
        public internal(set) var informationRequestsSent = 0
        /// Why the last unusable message of a server was passed over.
        public internal(set) var lastIgnored: String?
        /// The last failed attempt.
        public internal(set) var lastFailure: DHCPv6Failure?
        /// When the search began.
        public internal(set) var begun: ContinuousClock.Instant?
    }

    struct Offer {
        let lease: DHCPv6Lease
        let preference: UInt8
    }

    enum State {
        case idle
        case pausing(until: ContinuousClock.Instant)
        case soliciting(Exchange, best: Offer?)
        /// `held`: the server forgot a lease that still has time, and is asked to grant it anew.
        case requesting(Exchange, DHCPv6Lease, held: HeldLease?)
        case bound(HeldLease)
        case confirming(Exchange, HeldLease)
        case renewing(Exchange, HeldLease)
        case rebinding(Exchange, HeldLease)
        case declining(Exchange, DHCPv6Lease)
        case informing(Exchange)
        case informed(refresh: ContinuousClock.Instant?)
    }

    /// How long an unanswered question for a lease's link is worth waiting for (CNF_MAX_RD of RFC 8415 7.6).
    static let confirmationTime: Duration = .seconds(10)

    /// How far the search has come.
    public internal(set) var progress = Progress()
    let messages: ClientMessages
    var random: any RandomNumberGenerator
    var state = State.idle
    var solicitPace = Exchange.Pace.solicit
    var informationPace = Exchange.Pace.information
    var refusals = 0

    /// A client that has not begun.
    ///
    /// - Parameters:
    ///   - mac: of the link that it is for; its last four octets number the interface (IAID).
    ///   - duid: by what servers recognise this machine; without it, by the MAC address.
    ///   - random: for transaction ids and retransmission times.
    public init(
        mac: MACAddress, duid: DUID? = nil, random: any RandomNumberGenerator = SystemRandomNumberGenerator()
    ) {
        messages = ClientMessages(
            duid: duid ?? DUID(mac: mac), identifier: mac.octets.suffix(4).reduce(0) { $0 << 8 | UInt32($1) })
        self.random = random
    }

    /// The lease in use.
    public var lease: DHCPv6Lease? { held?.lease }

    var held: HeldLease? {
        switch state {
        case .bound(let held), .confirming(_, let held), .renewing(_, let held), .rebinding(_, let held): held
        case .requesting(_, _, let held): held
        default: nil
        }
    }

    /// Begins to look for a lease, from the start.
    public mutating func start(at now: ContinuousClock.Instant) -> [DHCPv6Action] {
        progress = Progress()
        progress.begun = now
        return solicit(at: now)
    }

    /// Asks for the settings alone (INFORMATION-REQUEST), from the start.
    public mutating func startStateless(at now: ContinuousClock.Instant) -> [DHCPv6Action] {
        progress = Progress()
        progress.begun = now
        return inform(at: now)
    }

    /// Asks at once whether the lease's address belongs to this link: the link was away and may have come back on another
    /// network. Without an answer the lease is kept (RFC 8415 18.2.3). Settings without a lease are asked for anew.
    public mutating func confirm(at now: ContinuousClock.Instant) -> [DHCPv6Action] {
        switch state {
        case .informing, .informed: return startStateless(at: now)
        default:
            guard let held else { return start(at: now) }
            let exchange = Exchange(.confirm, .confirm, at: now, using: &random)
            return send(exchange, about: held.lease.address, at: now) { .confirming($0, held) }
        }
    }

    /// Tells the server that another machine on the link has the lease's address, and looks for another one. The kernel
    /// has found that out, and does not use the address.
    public mutating func decline(at now: ContinuousClock.Instant) -> [DHCPv6Action] {
        guard let lease else { return [] }
        let failure = DHCPv6Failure.duplicate(lease.address)
        progress = Progress()
        progress.begun = now
        progress.lastFailure = failure
        let exchange = Exchange(.decline, .decline, at: now, using: &random)
        return [.lost(failure)]
            + send(exchange, to: lease.server, about: lease.address, at: now) { .declining($0, lease) }
    }

    /// Gives the lease up, when there is one, and stops. The address must be off the link by then (RFC 8415 18.2.7).
    /// The message is sent once and its answer not waited for: a lease that is not given up ends by itself.
    public mutating func release(at now: ContinuousClock.Instant) -> [DHCPv6Action] {
        defer { state = .idle }
        guard let lease else { return [] }
        let exchange = Exchange(.release, .decline, at: now, using: &random)
        return send(exchange, to: lease.server, about: lease.address, at: now) { _ in .idle }.filter { action in
            if case .setTimer = action { false } else { true }
        }
    }

    /// Does what is due. Called too early it only asks for its timer again.
    public mutating func timerFired(at now: ContinuousClock.Instant) -> [DHCPv6Action] {
        if let held, held.isExpired(at: now) { return lose(.expired(server: held.lease.serverAddress), at: now) }
        switch state {
        case .idle: return []
        case .pausing(let due):
            return now < due ? [.setTimer(due)] : solicit(at: now)
        case .soliciting(let exchange, let best):
            guard now >= exchange.due else { return [.setTimer(exchange.due)] }
            if let best { return request(best.lease, held: nil, at: now) }
            return send(exchange, at: now) { .soliciting($0, best: nil) }
        case .requesting(let exchange, let offer, let held):
            guard now >= exchange.due else { return [timer(exchange.due, held)] }
            guard exchange.isExhausted else {
                return send(exchange, to: offer.server, about: offer.address, at: now) {
                    .requesting($0, offer, held: held)
                }
            }
            // A server that forgot a lease and then fell silent: any other may still know it.
            if let held { return rebind(held, at: now) }
            let failure = DHCPv6Failure.offerWithdrawn(server: offer.serverAddress, requests: exchange.sent)
            progress.lastFailure = failure
            return [.failed(failure)] + solicit(at: now)
        case .bound(let held):
            guard let due = held.due else { return [] }
            if now < due { return [.setTimer(due)] }
            return held.isForAnyServer(at: now) ? rebind(held, at: now) : renew(held, at: now)
        case .confirming(let exchange, let held):
            let end = exchange.begun + Self.confirmationTime
            if now >= end { return resume(held) }
            if now < exchange.due { return [timer(min(exchange.due, end), held)] }
            return send(exchange, about: held.lease.address, at: now) { .confirming($0, held) }
        case .renewing(let exchange, let held):
            if held.isForAnyServer(at: now) { return rebind(held, at: now) }
            guard now >= exchange.due else { return [timer(exchange.due, held)] }
            return send(exchange, to: held.lease.server, about: held.lease.address, at: now) { .renewing($0, held) }
        case .rebinding(let exchange, let held):
            guard now >= exchange.due else { return [timer(exchange.due, held)] }
            return send(exchange, about: held.lease.address, at: now) { .rebinding($0, held) }
        case .declining(let exchange, let lease):
            guard now >= exchange.due else { return [.setTimer(exchange.due)] }
            if exchange.isExhausted { return solicit(at: now) }
            return send(exchange, to: lease.server, about: lease.address, at: now) { .declining($0, lease) }
        case .informing(let exchange):
            guard now >= exchange.due else { return [.setTimer(exchange.due)] }
            return send(exchange, at: now) { .informing($0) }
        case .informed(let refresh):
            guard let refresh else { return [] }
            return now < refresh ? [.setTimer(refresh)] : startStateless(at: now)
        }
    }
}
