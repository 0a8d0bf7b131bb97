import NetworkTypes

/// Whether the address is free (RFC 2131 3.1 step 5, RFC 5227).
extension LeaseMachine {
    /// How long to pause after a DECLINE (RFC 2131 3.1 step 5), and after many of them (RFC 5227 2.1.1): a server that
    /// does not heed them would be asked for ever.
    private static let conflictPause: Duration = .seconds(10)
    private static let manyConflictsPause: Duration = .seconds(60)
    private static let manyConflicts = 10

    /// Begins to ask for an address, unless that has begun.
    mutating func probe(_ address: IPv4Address, at now: ContinuousClock.Instant) -> [LeaseAction] {
        if settings.probing.probes <= 0 {
            watch = nil
        } else if watch?.address != address || held != nil {
            watch = AddressWatch(probing: address, as: settings.probing, at: now)
        }
        return watchTimerFired(at: now)
    }

    /// A server has granted a lease, or more time.
    mutating func granted(_ lease: DHCPLease, at now: ContinuousClock.Instant) -> [LeaseAction] {
        let address = lease.address.address
        let earlier = held
        if earlier?.address == address { return hold(lease, at: now) }
        if let watch, watch.address == address, let claimant = watch.claimant {
            return decline(lease, becauseOf: claimant, keeping: earlier, at: now)
        }
        // Probed with the offer as a rule; not when the server grants another address than it was asked for.
        let actions = watch?.address == address ? [] : probe(address, at: now)
        guard let watch, !watch.isClear else { return actions + hold(lease, at: now) }
        state = .checking(lease, replacing: earlier)
        return actions
    }

    mutating func announce(_ address: IPv4Address, at now: ContinuousClock.Instant) {
        guard settings.probing.announcements > 0 else {
            watch = nil
            return
        }
        var watch = AddressWatch(probing: address, as: settings.probing, at: now)
        watch.announce(at: now)
        self.watch = watch
    }

    mutating func watchTimerFired(at now: ContinuousClock.Instant) -> [LeaseAction] {
        guard var watch else { return [] }
        let (actions, isOver) = watch.timerFired(at: now)
        self.watch = isOver ? nil : watch
        if isOver { conflicts = 0 }
        guard watch.isClear else { return actions }
        switch state {
        case .checking(let lease, _): return actions + hold(lease, at: now)
        case .bound where watch.due == nil, .renewing where watch.due == nil: announce(watch.address, at: now)
        default: break
        }
        return actions
    }

    mutating func conflict(with claimant: MACAddress, at now: ContinuousClock.Instant) -> [LeaseAction] {
        switch state {
        case .requesting, .rebooting:
            // There is nothing to decline yet; the server may still say no.
            watch?.claimant = claimant
            return []
        case .checking(let lease, let earlier):
            return decline(lease, becauseOf: claimant, keeping: earlier, at: now)
        default:
            guard let lease, lease.address.address == watch?.address else { return [] }
            return decline(lease, becauseOf: claimant, keeping: nil, at: now)
        }
    }

    private mutating func decline(
        _ lease: DHCPLease, becauseOf claimant: MACAddress, keeping earlier: HeldLease?,
        at now: ContinuousClock.Instant
    ) -> [LeaseAction] {
        let address = lease.address.address
        let wasInUse = self.lease?.address.address == address
        let failure = LeaseFailure.addressInUse(address, by: claimant, server: lease.server)
        var message = plain(.decline)
        message.options[.requestedAddress] = address.octets
        message.options[.serverIdentifier] = lease.server.octets
        message.options[.message] = Array("\(address) is in use by \(claimant)".utf8)
        conflicts += 1
        watch = nil
        formerAddress = nil
        if wasInUse {
            progress = Progress()
            progress.begun = now
        }
        progress.lastFailure = failure
        let actions: [LeaseAction] = [
            .send(message, to: .broadcast(from: .any)), wasInUse ? .lost(failure) : .failed(failure),
        ]
        if let earlier {
            resume(earlier, at: now)
        } else {
            state = .pausing(
                until: now + (conflicts > Self.manyConflicts ? Self.manyConflictsPause : Self.conflictPause))
        }
        return actions
    }
}
