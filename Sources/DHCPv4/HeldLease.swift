import NetworkTypes

/// A lease and its times on this machine's clock; `nil` is never.
struct HeldLease {
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

    var address: IPv4Address { lease.address.address }

    /// Any server may renew it, no longer only its own.
    func isRebinding(at now: ContinuousClock.Instant) -> Bool {
        rebinding.map { now >= $0 } ?? false
    }

    /// How long it still lasts.
    func left(at now: ContinuousClock.Instant) -> Duration? {
        expiry.map { max(now.duration(to: $0), .zero) }
    }

    /// When to ask again: after half of the time that is left, but at least a minute (RFC 2131 4.4.5), and never past
    /// the end of that time.
    func retry(after now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        guard let limit = isRebinding(at: now) ? expiry : rebinding else { return now + .seconds(60) }
        return min(now + max(.seconds(60), now.duration(to: limit) / 2), limit)
    }
}

/// The attempt to renew a lease.
struct Renewal {
    let held: HeldLease
    /// When it was first asked for.
    let begun: ContinuousClock.Instant
    var retry: ContinuousClock.Instant
    /// When to tell that the server does not answer; `nil` once that was told.
    var notice: ContinuousClock.Instant?
    /// Any server is asked.
    var isRebinding: Bool
}
