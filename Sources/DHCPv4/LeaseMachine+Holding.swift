import NetworkTypes

/// The life of a lease.
extension LeaseMachine {
    /// REQUESTs sent to have the lease confirmed; about 4 s.
    private static let confirmAttempts = 4
    /// How long the lease's server may be silent before that is told, if it is not asked again sooner.
    private static let silenceNotice: Duration = .seconds(60)

    mutating func hold(_ lease: DHCPLease, at now: ContinuousClock.Instant) -> [LeaseAction] {
        let isNew = held?.address != lease.address.address
        let held = HeldLease(lease, since: requestSent ?? now)
        refusals = 0
        formerAddress = nil
        state = .bound(held)
        if !isNew { conflicts = 0 }
        if isNew || watch?.isClear == true { announce(held.address, at: now) }
        return [.bound(lease, expiry: held.expiry)]
    }

    /// Asks for more time: the lease's own server until T2, then any server (RFC 2131 4.4.5).
    mutating func renew(
        _ held: HeldLease, after earlier: Renewal? = nil, at now: ContinuousClock.Instant
    ) -> [LeaseAction] {
        if earlier == nil {
            transactionID = .random(in: .min ... .max, using: &random)
            seconds = 0
        }
        wantsBroadcast = false
        requestSent = now
        var message = outgoing(.request)
        message.clientAddress = held.address
        var renewal = renewal(of: held, after: earlier, at: now)
        renewal.isRebinding = held.isRebinding(at: now)
        var actions: [LeaseAction] = []
        if renewal.isRebinding {
            renewal.notice = nil
            if let earlier, !earlier.isRebinding {
                actions.append(
                    .notice(
                        .rebinding(
                            held.lease.server, silentFor: renewal.begun.duration(to: now), left: held.left(at: now))))
            }
        }
        state = .renewing(renewal)
        return actions + [
            .send(
                message,
                to: renewal.isRebinding
                    ? .broadcast(from: held.address) : .unicast(from: held.address, to: held.lease.server))
        ]
    }

    mutating func renewing(_ renewal: Renewal, at now: ContinuousClock.Instant) -> [LeaseAction] {
        var renewal = renewal
        var actions: [LeaseAction] = []
        if let notice = renewal.notice, now >= notice, !renewal.held.isRebinding(at: now) {
            renewal.notice = nil
            state = .renewing(renewal)
            actions.append(
                .notice(
                    .serverSilent(
                        renewal.held.lease.server, for: renewal.begun.duration(to: now),
                        left: renewal.held.left(at: now))))
        }
        return actions + (now < renewal.retry ? [] : renew(renewal.held, after: renewal, at: now))
    }

    /// Asks as a client does that starts with an address of earlier. A server of another network must say no to that,
    /// while it would pass a mere renewal over in silence (RFC 2131 4.3.2).
    mutating func confirm(
        _ held: HeldLease, attempt: Int, at now: ContinuousClock.Instant
    ) -> [LeaseAction] {
        guard attempt < Self.confirmAttempts else {
            resume(held, at: now)
            return [.notice(.unconfirmed(held.lease.server, left: held.left(at: now)))]
        }
        if attempt == 0 {
            transactionID = .random(in: .min ... .max, using: &random)
            seconds = 0
        }
        wantsBroadcast = false
        requestSent = now
        let retry = now + RetransmissionDelay.after(attempt: attempt, using: &random)
        state = .confirming(held, attempt: attempt, retry: retry)
        return [.send(verification(of: held.address), to: .broadcast(from: .any))]
            + (attempt == 0 ? probe(held.address, at: now) : [])
    }

    /// Goes on with a lease as if nothing had been asked.
    mutating func resume(_ held: HeldLease, at now: ContinuousClock.Instant) {
        if watch?.address == held.address { announce(held.address, at: now) } else { watch = nil }
        guard let due = held.renewal, now >= due else {
            state = .bound(held)
            return
        }
        // A new exchange: answers to what was asked before are not answers to a renewal.
        transactionID = .random(in: .min ... .max, using: &random)
        state = .renewing(renewal(of: held, after: nil, at: now))
    }

    /// Ends a lease whose time is over; `nil` when it is not.
    mutating func expire(_ held: HeldLease, at now: ContinuousClock.Instant) -> [LeaseAction]? {
        guard let expiry = held.expiry, now >= expiry else { return nil }
        let failure = LeaseFailure.expired(server: held.lease.server)
        progress = Progress()
        progress.begun = now
        progress.lastFailure = failure
        formerAddress = held.address
        state = .idle
        return [.lost(failure)] + discover(at: now)
    }

    private func renewal(
        of held: HeldLease, after earlier: Renewal?, at now: ContinuousClock.Instant
    ) -> Renewal {
        let retry = held.retry(after: now)
        guard var renewal = earlier else {
            return Renewal(
                held: held, begun: now, retry: retry, notice: min(retry, now + Self.silenceNotice),
                isRebinding: held.isRebinding(at: now))
        }
        renewal.retry = retry
        return renewal
    }
}
