import NetworkTypes

/// What the machine sends, and when it sends it again.
extension DHCPv6Machine {
    mutating func solicit(at now: ContinuousClock.Instant) -> [DHCPv6Action] {
        let exchange = Exchange(.solicit, solicitPace, at: now, using: &random)
        return send(exchange, at: now) { .soliciting($0, best: nil) }
    }

    mutating func request(
        _ offer: DHCPv6Lease, held: HeldLease?, at now: ContinuousClock.Instant
    ) -> [DHCPv6Action] {
        let exchange = Exchange(.request, .request, at: now, using: &random)
        return send(exchange, to: offer.server, about: offer.address, at: now) { .requesting($0, offer, held: held) }
    }

    mutating func renew(_ held: HeldLease, at now: ContinuousClock.Instant) -> [DHCPv6Action] {
        let exchange = Exchange(.renew, .renew, at: now, using: &random)
        return send(exchange, to: held.lease.server, about: held.lease.address, at: now) { .renewing($0, held) }
    }

    mutating func rebind(_ held: HeldLease, at now: ContinuousClock.Instant) -> [DHCPv6Action] {
        let exchange = Exchange(.rebind, .renew, at: now, using: &random)
        return send(exchange, about: held.lease.address, at: now) { .rebinding($0, held) }
    }

    mutating func inform(at now: ContinuousClock.Instant) -> [DHCPv6Action] {
        let exchange = Exchange(.informationRequest, informationPace, at: now, using: &random)
        return send(exchange, at: now) { .informing($0) }
    }

    /// Goes on with a lease as if nothing had been asked.
    mutating func resume(_ held: HeldLease) -> [DHCPv6Action] {
        state = .bound(held)
        return [.bound(held.lease, expiry: held.expiry)] + (held.due.map { [.setTimer($0)] } ?? [])
    }

    /// Ends a lease and looks for a new one.
    mutating func lose(_ failure: DHCPv6Failure, at now: ContinuousClock.Instant) -> [DHCPv6Action] {
        let actions = start(at: now)
        progress.lastFailure = failure
        return [.lost(failure)] + actions
    }

    /// Sends the message of an exchange, and waits in the state that follows.
    mutating func send(
        _ exchange: Exchange, to server: DUID? = nil, about address: IPv6Address? = nil,
        at now: ContinuousClock.Instant, _ next: (Exchange) -> State
    ) -> [DHCPv6Action] {
        var exchange = exchange
        exchange.send(at: now, using: &random)
        switch exchange.kind {
        case .solicit: progress.solicitsSent += 1
        case .informationRequest: progress.informationRequestsSent += 1
        default: break
        }
        state = next(exchange)
        return [
            .send(messages.message(of: exchange, server: server, address: address)), timer(exchange.due, held),
        ]
    }

    /// A timer for this time, or for what the lease in use needs before.
    func timer(_ due: ContinuousClock.Instant, _ held: HeldLease?) -> DHCPv6Action {
        var times = [due]
        if let expiry = held?.expiry { times.append(expiry) }
        switch state {
        case .renewing: if let rebinding = held?.rebinding { times.append(rebinding) }
        case .confirming(let exchange, _): times.append(exchange.begun + Self.confirmationTime)
        default: break
        }
        return .setTimer(times.min() ?? due)
    }
}
