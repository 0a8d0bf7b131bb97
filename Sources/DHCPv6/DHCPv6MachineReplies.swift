import NetworkTypes

/// What the machine makes of servers' messages.
extension DHCPv6Machine {
    /// Takes a message of a server. One that is for another client, or answers another request, is passed over.
    ///
    /// - Parameter sender: where it came from, for messages to people.
    public mutating func receive(
        _ message: DHCPv6Message, from sender: IPv6Address, at now: ContinuousClock.Instant
    ) -> [DHCPv6Action] {
        guard message.kind == .advertise || message.kind == .reply, let exchange,
            message.transactionID == exchange.transactionID,
            message.options[.clientIdentifier] == messages.duid.octets
        else { return [] }
        guard let server = message.options[.serverIdentifier].flatMap({ DUID(octets: $0) }) else {
            return ignore("its server does not name itself", message, sender)
        }
        heedLimits(message.options)
        switch (message.kind, state) {
        case (.advertise, .soliciting(let exchange, let best)):
            return offered(message, from: server, at: sender, exchange, best, at: now)
        case (.reply, .soliciting) where message.options[.rapidCommit] != nil:
            return granted(message, from: server, at: sender, exchange, at: now)
        case (.reply, .requesting(_, let offer, _)) where offer.server == server:
            return granted(message, from: server, at: sender, exchange, at: now)
        case (.reply, .renewing(_, let held)) where held.lease.server == server:
            return granted(message, from: server, at: sender, exchange, at: now)
        case (.reply, .rebinding):
            return granted(message, from: server, at: sender, exchange, at: now)
        case (.reply, .confirming(_, let held)):
            return confirmed(message, held, at: sender, at: now)
        case (.reply, .declining(_, let lease)) where lease.server == server:
            return solicit(at: now)
        case (.reply, .informing):
            return informed(message, at: sender, at: now)
        default:
            return []
        }
    }

    private var exchange: Exchange? {
        switch state {
        case .soliciting(let exchange, _), .requesting(let exchange, _, _), .confirming(let exchange, _),
            .renewing(let exchange, _), .rebinding(let exchange, _), .declining(let exchange, _),
            .informing(let exchange):
            exchange
        case .idle, .pausing, .bound, .informed: nil
        }
    }

    /// Answers are collected during the first second, and the one that its server prefers most is taken; later, or with
    /// the highest preference, the first one is (RFC 8415 18.2.1).
    private mutating func offered(
        _ message: DHCPv6Message, from server: DUID, at sender: IPv6Address, _ exchange: Exchange, _ best: Offer?,
        at now: ContinuousClock.Instant
    ) -> [DHCPv6Action] {
        do throws(NoLease) {
            let lease = try DHCPv6Lease(
                message, from: server, at: sender, identifier: messages.identifier, held: nil)
            progress.offersReceived += 1
            let preference = message.options.integer(.preference, as: UInt8.self) ?? 0
            if exchange.sent > 1 || preference == .max { return request(lease, held: nil, at: now) }
            if best.map({ $0.preference < preference }) ?? true {
                state = .soliciting(exchange, best: Offer(lease: lease, preference: preference))
            }
            return [.setTimer(exchange.due)]
        } catch {
            switch error {
            case .refused(let status):
                // Told once, not with every message: the server is asked again by the timer.
                let failure = DHCPv6Failure.refused(server: sender, status)
                guard failure != progress.lastFailure else { return [] }
                progress.lastFailure = failure
                return [.failed(failure)]
            case .withdrawn: return ignore("its address has no time left", message, sender)
            case .unusable(let why): return ignore(why, message, sender)
            }
        }
    }

    private mutating func granted(
        _ message: DHCPv6Message, from server: DUID, at sender: IPv6Address, _ exchange: Exchange,
        at now: ContinuousClock.Instant
    ) -> [DHCPv6Action] {
        do throws(NoLease) {
            let lease = try DHCPv6Lease(
                message, from: server, at: sender, identifier: messages.identifier, held: lease?.address)
            refusals = 0
            return resume(HeldLease(lease, since: exchange.lastSent))
        } catch {
            switch error {
            case .refused(let status): return refused(status, by: sender, at: now)
            case .withdrawn: return lose(.withdrawn(server: sender), at: now)
            case .unusable(let why): return ignore(why, message, sender)
            }
        }
    }

    private mutating func refused(
        _ status: DHCPv6Status, by sender: IPv6Address, at now: ContinuousClock.Instant
    ) -> [DHCPv6Action] {
        let failure = DHCPv6Failure.refused(server: sender, status)
        switch (state, status.code) {
        case (.renewing(_, let held), .noBinding):
            // It lost its memory: the same address is asked for as if it had just offered it (RFC 8415 18.2.10.1).
            return request(held.lease, held: held, at: now)
        case (.renewing, .notOnLink), (.rebinding, .notOnLink), (.requesting(_, _, .some), .notOnLink),
            (.requesting(_, _, .some), .noAddressAvailable):
            return lose(failure, at: now)
        case (.renewing, _), (.rebinding, _), (.requesting(_, _, .some), _), (.requesting, .unspecified),
            (.soliciting, _):
            // The lease has time left, or the server may do better; it is asked again by the timer.
            progress.lastFailure = failure
            return [.failed(failure)]
        default:
            progress.lastFailure = failure
            return [.failed(failure)] + startAnew(at: now)
        }
    }

    /// At once the first time; a server that offers and refuses again and again is asked more and more slowly.
    private mutating func startAnew(at now: ContinuousClock.Instant) -> [DHCPv6Action] {
        refusals += 1
        if refusals == 1 { return solicit(at: now) }
        let due = now + .seconds(1 << min(refusals - 2, 6))
        state = .pausing(until: due)
        return [.setTimer(due)]
    }

    private mutating func confirmed(
        _ message: DHCPv6Message, _ held: HeldLease, at sender: IPv6Address, at now: ContinuousClock.Instant
    ) -> [DHCPv6Action] {
        let status = message.options.status
        switch status.code {
        case .success: return resume(held)
        case .notOnLink: return lose(.refused(server: sender, status), at: now)
        default: return ignore("it does not answer the question: \(status)", message, sender)
        }
    }

    private mutating func informed(
        _ message: DHCPv6Message, at sender: IPv6Address, at now: ContinuousClock.Instant
    ) -> [DHCPv6Action] {
        let status = message.options.status
        guard status.code == .success else {
            let failure = DHCPv6Failure.refused(server: sender, status)
            progress.lastFailure = failure
            return [.failed(failure)]
        }
        // A day when the server does not say, and ten minutes at least (RFC 8415 21.23).
        let seconds = max(message.options.integer(.informationRefreshTime, as: UInt32.self) ?? 86_400, 600)
        let refresh = seconds == .max ? nil : now + .seconds(seconds)
        state = .informed(refresh: refresh)
        return [.configured(DHCPv6Settings(message.options), refresh: refresh)]
            + (refresh.map { [.setTimer($0)] } ?? [])
    }

    /// The limits of the pauses between messages, where a server sets some: a minute to a day (RFC 8415 21.24, 21.25).
    private mutating func heedLimits(_ options: DHCPv6Options) {
        func limit(_ option: DHCPv6Option) -> Duration? {
            options.integer(option, as: UInt32.self).flatMap { (60...86_400).contains($0) ? .seconds($0) : nil }
        }
        if let limit = limit(.solicitMaximum) { solicitPace.longest = limit }
        if let limit = limit(.informationMaximum) { informationPace.longest = limit }
    }

    private mutating func ignore(
        _ why: String, _ message: DHCPv6Message, _ sender: IPv6Address
    ) -> [DHCPv6Action] {
        let what = message.kind == .advertise ? "offer" : "answer"
        let reason = "the \(what) from DHCPv6 server \(sender) was unusable: \(why)"
        progress.lastIgnored = reason
        return [.ignored(reason)]
    }
}
