import DHCPv4
import LinuxSystem
import Netlink
import NetworkConfiguration
import NetworkTypes
import SystemPackage

/// Brings one link up and keeps it so. Belongs to the engine's thread.
final class LinkRunner {
    /// How far the link itself has come, apart from its addresses.
    enum Phase {
        case starting, cannotStart(String), noCarrier, noPartner(String), member, ready, failed(String), unused(String)
    }

    /// A shorter loss of carrier is a driver that restarts its card; a longer one may be a cable in another socket.
    private static let shortLoss: Duration = .seconds(3)
    private static let retryInterval: Duration = .seconds(10)
    private static let partnerLook: Duration = .seconds(1)

    private(set) var card: NetworkCard
    private(set) var link: Link
    private(set) var role: LinkRole
    private(set) var phase = Phase.starting
    /// The addresses and routes that were configured.
    private(set) var fixed: FixedKeeper?
    /// The DHCPv4 client and what came of it.
    private(set) var lease: LeaseKeeper?
    /// The addresses of IPv6 that the kernel, routers and servers give.
    private(set) var ipv6: IPv6Keeper?
    /// The order in which links became usable; `nil` before.
    private(set) var rank: Int?
    /// Since when it has been in its phase.
    private(set) var since: ContinuousClock.Instant
    /// When the carrier came; `nil` without one.
    private(set) var carrierSince: ContinuousClock.Instant?
    /// When the carrier went; `nil` with one.
    private(set) var lostAt: ContinuousClock.Instant?
    private(set) var partnerSince: ContinuousClock.Instant?
    /// How many packets had come in when the carrier came.
    private(set) var packetsAtCarrier: UInt64 = 0
    /// What the module in its cage means for a carrier that does not come.
    private(set) var wire: String?
    private var wasSetDown = false
    private var retryAt: ContinuousClock.Instant?
    private var noticeAt: ContinuousClock.Instant?
    private unowned let engine: NetworkEngine

    init(_ card: NetworkCard, link: Link, engine: NetworkEngine, at now: ContinuousClock.Instant) {
        self.card = card
        self.link = link
        self.engine = engine
        since = now
        role = .unused
    }

    /// Why a link in software has no carrier.
    var engineReason: String? { engine.missingBelow(self) }
    /// The links that lie upon it.
    var carriedNames: [String] { role.configuration.map(engine.carried) ?? [] }

    /// When `timerFired` is due.
    var deadline: ContinuousClock.Instant? {
        [lease?.client.deadline, ipv6?.server?.deadline, retryAt, noticeAt].compactMap { $0 }.min()
    }

    /// Begins, or begins anew after the configuration has changed: what it is for is looked up, and its driver is asked
    /// to start it.
    func begin(at now: ContinuousClock.Instant) {
        role = engine.role(of: card)
        carrierSince = nil
        switch role {
        case .unused: turnAway("the configuration names another card")
        case .member, .configured, .candidate: ask(at: now)
        }
    }

    /// The driver's answer. What the link's state is was only noted until now.
    func started(failure: String?, at now: ContinuousClock.Instant) {
        guard case .starting = phase else { return }
        if let failure {
            phase = .cannotStart(failure)
            retryAt = now + Self.retryInterval
            return engine.report(.trouble(nic: card.name, failure))
        }
        since = now
        phase = .noCarrier
        noticeAt = now + engine.options.carrierNotice
        if link.isRunning { carrierCame(at: now) }
    }

    /// Takes the link's state as the kernel now has it.
    func update(_ newLink: Link, at now: ContinuousClock.Instant) {
        let hasOtherMAC = link.mac != newLink.mac
        link = newLink
        card.name = newLink.name
        if card.isVirtual, let mac = newLink.mac { card.mac = mac }
        switch phase {
        case .unused, .starting, .cannotStart: return
        case .member:
            if engine.hasLost(self) { return rejoin(at: now) }
        default: break
        }
        if !link.flags.contains(.up) {
            // News from before it was set up may come after the driver's answer: what the kernel has now counts.
            // Where the kernel cannot be asked, the news counts.
            let present = engine.present(link) ?? link
            guard present.flags.contains(.up) else { return wasTakenDown(at: now) }
            link = present
        }
        if link.isRunning, carrierSince == nil {
            carrierCame(at: now)
        } else if !link.isRunning, carrierSince != nil {
            carrierWent(at: now)
        } else if hasOtherMAC, let lease, lease.plan == nil, carrierSince != nil {
            // A bond got its address from a member that came late: servers must know it by that.
            beginDHCP(at: now)
        }
    }

    /// Does what is due.
    func timerFired(at now: ContinuousClock.Instant) {
        if let due = noticeAt, now >= due {
            noticeAt = nil
            if case .noCarrier = phase { card.isVirtual ? examined(nil, at: now) : engine.examine(self) }
        }
        if let due = retryAt, now >= due {
            retryAt = nil
            switch phase {
            case .cannotStart: begin(at: now)
            case .noPartner, .noCarrier, .failed: if carrierSince != nil { configure(at: now) }
            default: break
            }
        }
        lease?.timerFired(at: now)
        ipv6?.server?.timerFired(at: now)
    }

    /// What the module in its cage means, if there is one that says something.
    func examined(_ finding: String?, at now: ContinuousClock.Instant) {
        wire = finding
        if case .noCarrier = phase { engine.report(.trouble(nic: card.name, status.reason(at: now))) }
    }

    /// Takes what waits on its sockets.
    func receive(at now: ContinuousClock.Instant) {
        lease?.receive(at: now)
        ipv6?.server?.receive(at: now)
    }

    /// Gives leases back, as for a machine that is handed over.
    func release() {
        lease?.release()
        ipv6?.server?.release()
    }

    /// Takes more names of the card; the configuration may mean it after all.
    func setAliases(_ aliases: [String], at now: ContinuousClock.Instant) {
        card.aliases = aliases
        guard engine.role(of: card) != role else { return }
        reset()
        begin(at: now)
    }

    /// Forgets all that came of its role so far.
    func reset() {
        if let plan = lease?.plan { engine.warn(plan.withdraw(from: link, with: engine.session), card.name) }
        fixed?.withdraw()
        release()
        (lease, fixed, ipv6, carrierSince, retryAt, noticeAt) = (nil, nil, nil, nil, nil, nil)
    }

    /// It has got an address: takes its place in the order of usable links, and gets the routes that waited for one.
    func addressCame(at now: ContinuousClock.Instant) {
        _ = metric()
        fixed?.apply(at: now)
    }

    /// The metric of its routes. The link that became usable first keeps the lowest: a default route that moved to
    /// another link later would cut the connections that run over the first one.
    func metric(isLinkLocal: Bool = false) -> UInt32 {
        let rank = self.rank ?? engine.nextRank(for: card)
        self.rank = rank
        return UInt32(clamping: (isLinkLocal ? 1000 : 100) + rank)
    }

    /// Moves it before or behind the others: its routes get another metric.
    func setRank(_ rank: Int, at now: ContinuousClock.Instant) {
        guard self.rank != nil, self.rank != rank else { return }
        self.rank = rank
        fixed?.apply(at: now)
        lease?.applyAgain(at: now)
        ipv6?.preferRouters()
    }

    /// Something made the link unusable; it is tried again.
    func fail(_ why: String, at now: ContinuousClock.Instant) {
        if let plan = lease?.plan { engine.warn(plan.withdraw(from: link, with: engine.session), card.name) }
        lease = nil
        phase = .failed(why)
        retryAt = now + Self.retryInterval
        engine.report(.trouble(nic: card.name, why))
    }

    private func ask(at now: ContinuousClock.Instant) {
        since = now
        phase = .starting
        if case .member = role { engine.joinMaster(self) } else { engine.startLink(self) }
    }

    private func turnAway(_ why: String) {
        phase = .unused(why)
        LinkSettings.prepare(card.name, heedsRouters: false)
    }

    /// Its bond or bridge was made anew, or let it go.
    private func rejoin(at now: ContinuousClock.Instant) {
        carrierSince = nil
        phase = .cannotStart("it is no longer in its bond or bridge")
        retryAt = now + .seconds(1)
    }

    /// The driver closed it, or somebody set it down: the kernel has dropped its routes.
    private func wasTakenDown(at now: ContinuousClock.Instant) {
        if carrierSince != nil { carrierWent(at: now) }
        guard !wasSetDown else { return }
        wasSetDown = true
        engine.report(.trouble(nic: card.name, "it was set down, by its driver or by hand; setting it up again"))
        engine.setUpAgain(self)
    }

    private func carrierCame(at now: ContinuousClock.Instant) {
        if case .candidate = role {
            guard let configuration = engine.claim(for: card, at: now) else {
                guard engine.hasClaim else { return }
                role = engine.role(of: card)
                guard case .configured = role else { return turnAway("another card had a carrier first") }
                return carrierCame(at: now)
            }
            role = .configured(configuration)
        }
        carrierSince = now
        packetsAtCarrier = link.receivedPackets
        noticeAt = nil
        engine.report(.carrier(nic: card.name, after: since.duration(to: now)))
        if case .member = role {
            phase = .member
            return
        }
        let away = lostAt.map { $0.duration(to: now) } ?? .zero
        lostAt = nil
        guard case .ready = phase else { return configure(at: now) }
        if wasSetDown {
            wasSetDown = false
            lease?.applyAgain(at: now)
            fixed?.apply(at: now)
        }
        if away > Self.shortLoss {
            if lease?.lease != nil { lease?.confirm(at: now) }
            ipv6?.begin(at: now)
        }
    }

    private func carrierWent(at now: ContinuousClock.Instant) {
        carrierSince = nil
        partnerSince = nil
        lostAt = now
        since = now
        engine.report(.carrierLost(nic: card.name))
        // Addresses stay: the cable may be back in a moment, and connections outlive that.
        guard !hasAddress else { return }
        lease = nil
        phase = .noCarrier
    }

    private func configure(at now: ContinuousClock.Instant) {
        guard case .configured(let configuration) = role else { return }
        if partnerSince == nil { partnerSince = now }
        if let why = engine.missingPartner(of: configuration, since: partnerSince ?? now, at: now) {
            phase = .noPartner(why)
            retryAt = now + Self.partnerLook
            return
        }
        phase = .ready
        let addressing = configuration.addressing
        fixed = fixed ?? FixedKeeper(self, addressing: addressing, engine: engine)
        fixed?.apply(at: now)
        guard case .ready = phase else { return }
        if addressing.usesRouterAdvertisements || addressing.dhcp6, engine.hasIPv6 {
            ipv6 = ipv6 ?? IPv6Keeper(self, asksServer: addressing.dhcp6, engine: engine)
            ipv6?.begin(at: now)
        }
        if addressing.dhcp4 != nil { beginDHCP(at: now) }
    }

    private func beginDHCP(at now: ContinuousClock.Instant) {
        guard let settings = role.configuration?.addressing.dhcp4 else { return }
        do throws(SystemCallError) {
            lease = try LeaseKeeper(self, settings: settings, engine: engine)
            lease?.begin(at: now)
        } catch {
            fail("DHCP cannot begin: \(error)", at: now)
        }
    }
}
