import NetworkTypes

/// The offers that came in answer to DISCOVER.
struct Selection {
    var attempt: Int
    var retry: ContinuousClock.Instant
    /// The best offer of a server that is not the preferred one.
    var other: DHCPLease?
    /// When the preferred server is no longer waited for.
    var decision: ContinuousClock.Instant?
}

/// The search for a lease.
extension LeaseMachine {
    /// REQUESTs sent for one offer before it counts as withdrawn; about 16 s.
    private static let requestAttempts = 6
    /// REQUESTs sent for an address of earlier; under 2 s. A server that does not know of it keeps silent.
    private static let rebootAttempts = 3

    mutating func discover(at now: ContinuousClock.Instant) -> [LeaseAction] {
        var selection: Selection
        if case .selecting(let current) = state {
            selection = current
            selection.attempt += 1
        } else {
            selection = Selection(attempt: 0, retry: now)
            transactionID = .random(in: .min ... .max, using: &random)
        }
        watch = nil
        seconds = secondsSinceBegin(now)
        // A packet socket hears unicast before it has an address, so broadcast answers are not needed; but some virtual
        // switches and relays deliver nothing else. From the fourth on every second DISCOVER asks for it.
        wantsBroadcast = selection.attempt >= 3 && selection.attempt % 2 == 1
        progress.discoversSent += 1
        selection.retry = now + RetransmissionDelay.after(attempt: selection.attempt, using: &random)
        state = .selecting(selection)
        var message = outgoing(.discover)
        message.options[.requestedAddress] = formerAddress?.octets
        return [.send(message, to: .broadcast(from: .any))]
    }

    mutating func offered(
        _ lease: DHCPLease, _ selection: Selection, at now: ContinuousClock.Instant
    ) -> [LeaseAction] {
        progress.offersReceived += 1
        guard let preferred = settings.preferredServer, lease.server != preferred else {
            return request(lease, attempt: 0, at: now)
        }
        var selection = selection
        if selection.other.map({ lease.server == $0.server || Self.isBetter(lease, than: $0) }) ?? true {
            selection.other = lease
        }
        selection.decision = selection.decision ?? now + settings.preferredServerWait
        state = .selecting(selection)
        return []
    }

    mutating func selecting(_ selection: Selection, at now: ContinuousClock.Instant) -> [LeaseAction] {
        if let decision = selection.decision, now >= decision, let other = selection.other,
            let preferred = settings.preferredServer
        {
            return [.notice(.preferredServerSilent(preferred, using: other.server))]
                + request(other, attempt: 0, at: now)
        }
        return now < selection.retry ? [] : discover(at: now)
    }

    mutating func requestUnanswered(
        _ offer: DHCPLease, attempt: Int, at now: ContinuousClock.Instant
    ) -> [LeaseAction] {
        if attempt + 1 < Self.requestAttempts { return request(offer, attempt: attempt + 1, at: now) }
        let failure = LeaseFailure.offerWithdrawn(server: offer.server, requests: attempt + 1)
        progress.lastFailure = failure
        return [.failed(failure)] + discover(at: now)
    }

    /// Asks for an address of earlier: no server is named, and the address is an option (RFC 2131 4.3.2).
    mutating func reboot(
        _ address: IPv4Address, attempt: Int, at now: ContinuousClock.Instant
    ) -> [LeaseAction] {
        guard attempt < Self.rebootAttempts else { return discover(at: now) }
        if attempt == 0 { transactionID = .random(in: .min ... .max, using: &random) }
        seconds = secondsSinceBegin(now)
        wantsBroadcast = false
        requestSent = now
        state = .rebooting(
            address, attempt: attempt, retry: now + RetransmissionDelay.after(attempt: attempt, using: &random))
        return [.send(verification(of: address), to: .broadcast(from: .any))] + probe(address, at: now)
    }

    func verification(of address: IPv4Address) -> DHCPMessage {
        var message = outgoing(.request)
        message.options[.requestedAddress] = address.octets
        return message
    }

    mutating func refused(_ message: DHCPMessage, at now: ContinuousClock.Instant) -> [LeaseAction] {
        let failure = LeaseFailure.refused(
            server: message.options.address(.serverIdentifier), message: message.options.text(.message))
        let wasHeld = held != nil
        refusals += 1
        formerAddress = nil
        watch = nil
        state = .idle
        if wasHeld { progress = Progress() }
        progress.begun = progress.begun ?? now
        progress.lastFailure = failure
        let first: LeaseAction = wasHeld ? .lost(failure) : .failed(failure)
        // At once the first time; a server that offers and refuses again and again is asked more and more slowly.
        if refusals == 1 { return [first] + discover(at: now) }
        state = .pausing(until: now + .seconds(1 << min(refusals - 2, 6)))
        return [first]
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
        return [.send(message, to: .broadcast(from: .any))] + probe(offer.address.address, at: now)
    }

    /// An address that leads anywhere, and a router, are worth more than none; else the first offer stands.
    private static func isBetter(_ lease: DHCPLease, than other: DHCPLease) -> Bool {
        func worth(_ lease: DHCPLease) -> Int {
            (lease.address.address.isLinkLocal ? 0 : 2) + (lease.gateway == nil ? 0 : 1)
        }
        return worth(lease) > worth(other)
    }

    private func secondsSinceBegin(_ now: ContinuousClock.Instant) -> UInt16 {
        UInt16(clamping: progress.begun.map { $0.duration(to: now).components.seconds } ?? 0)
    }
}
