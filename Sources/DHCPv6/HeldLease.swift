/// A lease and its times on this machine's clock; `nil` is never.
struct HeldLease {
    let lease: DHCPv6Lease
    let renewal: ContinuousClock.Instant?
    let rebinding: ContinuousClock.Instant?
    let expiry: ContinuousClock.Instant?

    init(_ lease: DHCPv6Lease, since sent: ContinuousClock.Instant) {
        self.lease = lease
        renewal = lease.renewalSeconds.map { sent + .seconds($0) }
        rebinding = lease.rebindingSeconds.map { sent + .seconds($0) }
        expiry = lease.validSeconds.map { sent + .seconds($0) }
    }

    /// When there is something to do next while nothing is asked.
    var due: ContinuousClock.Instant? { [renewal, rebinding, expiry].compactMap { $0 }.min() }

    func isExpired(at now: ContinuousClock.Instant) -> Bool {
        expiry.map { now >= $0 } ?? false
    }

    func isForAnyServer(at now: ContinuousClock.Instant) -> Bool {
        rebinding.map { now >= $0 } ?? false
    }
}
