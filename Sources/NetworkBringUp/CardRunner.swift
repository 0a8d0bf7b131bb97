import DHCPv4
import LinuxSystem
import Netlink
import NetworkConfiguration
import SystemPackage

/// Brings one card up and keeps it so. Belongs to the engine's thread.
final class CardRunner {
    /// A shorter loss of carrier is a driver that restarts its card; a longer one may be a cable in another socket.
    private static let shortLoss: Duration = .seconds(3)
    private static let retryInterval: Duration = .seconds(10)

    let card: NetworkCard
    private(set) var status: CardStatus
    /// Its address and routes, while it has some.
    private(set) var plan: LinkPlan?
    private(set) var client: DHCPClient?
    /// The order in which cards became usable; `nil` before.
    private(set) var rank: Int?
    private var link: Link
    private var configuration: LinkConfiguration?
    private var startedAt: ContinuousClock.Instant
    private var runningSince: ContinuousClock.Instant?
    private var lostAt: ContinuousClock.Instant?
    private var retryAt: ContinuousClock.Instant?
    private var noticeAt: ContinuousClock.Instant?
    private unowned let engine: NetworkEngine

    init(_ card: NetworkCard, link: Link, engine: NetworkEngine, at now: ContinuousClock.Instant) {
        self.card = card
        self.link = link
        self.engine = engine
        startedAt = now
        status = .starting(since: now)
    }

    /// The lease in use.
    var lease: DHCPLease? {
        if case .leased(let lease) = status { lease } else { nil }
    }

    /// Whether traffic can leave by this card. A link-local lease (RFC 3927) does not count: management controllers
    /// offer one on their internal USB network.
    var isUsable: Bool {
        plan.map { !$0.address.address.isLinkLocal } ?? false
    }

    /// When `timerFired` is due.
    var deadline: ContinuousClock.Instant? {
        [client?.deadline, retryAt, noticeAt].compactMap { $0 }.min()
    }

    /// Begins: the configuration for this card is looked up, and its driver is asked to start it.
    func begin(at now: ContinuousClock.Instant) {
        configuration = engine.configuration(for: card)
        guard configuration != nil || engine.wantsFirstWithCarrier else {
            status = .unused("the configuration names another card")
            return
        }
        start(at: now)
        if link.isRunning { update(link, at: now) }
    }

    /// The driver's answer.
    func started(failure: String?, at now: ContinuousClock.Instant) {
        guard case .starting = status else { return }
        if let failure {
            status = .cannotStart(failure)
            retryAt = now + Self.retryInterval
            return engine.report(.trouble(nic: card.name, failure))
        }
        status = .noCarrier(since: now)
        noticeAt = now + engine.options.carrierNotice
    }

    /// Takes the link's state as the kernel now has it.
    func update(_ newLink: Link, at now: ContinuousClock.Instant) {
        link = newLink
        if case .unused = status, configuration != nil || !engine.wantsFirstWithCarrier { return }
        if link.isRunning, runningSince == nil {
            carrierCame(at: now)
        } else if !link.isRunning, runningSince != nil {
            carrierWent(at: now)
        }
    }

    /// Does what is due.
    func timerFired(at now: ContinuousClock.Instant) {
        if let due = noticeAt, now >= due {
            noticeAt = nil
            if case .noCarrier = status { engine.report(.trouble(nic: card.name, status.reason(at: now))) }
        }
        if let due = retryAt, now >= due {
            retryAt = nil
            if case .cannotStart = status { start(at: now) }
            if case .failed = status, runningSince != nil { configure(at: now) }
        }
        if let due = client?.deadline, now >= due, let client {
            take(client.timerFired(at: now), from: client, at: now)
        }
    }

    /// Takes what waits on the card's DHCP socket.
    func receive(at now: ContinuousClock.Instant) {
        guard let client else { return }
        do throws(SystemCallError) {
            take(try client.receive(at: now), from: client, at: now)
        } catch {
            self.client = nil
            fail(error.description, at: now)
        }
    }

    private func start(at now: ContinuousClock.Instant) {
        startedAt = now
        status = .starting(since: now)
        engine.startCard(link)
    }

    private func carrierCame(at now: ContinuousClock.Instant) {
        runningSince = now
        noticeAt = nil
        engine.report(.carrier(nic: card.name, after: startedAt.duration(to: now)))
        if configuration == nil { configuration = engine.claimFirstWithCarrier() }
        guard configuration != nil else {
            status = .unused("another card had a carrier first")
            return
        }
        defer { lostAt = nil }
        if let client, lease != nil {
            let away = lostAt.map { $0.duration(to: now) } ?? .zero
            if away > Self.shortLoss { take(client.confirm(at: now), from: client, at: now) }
            return
        }
        configure(at: now)
    }

    private func carrierWent(at now: ContinuousClock.Instant) {
        runningSince = nil
        lostAt = now
        startedAt = now
        engine.report(.carrierLost(nic: card.name))
        guard plan == nil else { return }
        client = nil
        status = .noCarrier(since: now)
    }

    private func configure(at now: ContinuousClock.Instant) {
        switch configuration?.addressing {
        case .dhcp:
            do throws(SystemCallError) {
                let client = try DHCPClient(card: card)
                self.client = client
                take(client.start(at: now), from: client, at: now)
            } catch {
                fail("DHCP cannot begin: \(error)", at: now)
            }
        case .fixed(let address):
            let plan = LinkPlan(
                address, linkIndex: card.index, metric: metric(isLinkLocal: false), mtu: configuration?.mtu)
            guard apply(plan, at: now) else { return }
            status = .fixed(address)
            engine.report(.fixed(nic: card.name, address))
        case nil:
            return
        }
    }

    private func take(_ actions: [LeaseAction], from client: DHCPClient, at now: ContinuousClock.Instant) {
        if lease == nil { status = .searching(client.progress) }
        if let failure = client.sendFailure, client.progress.discoversSent <= 1 {
            engine.report(.trouble(nic: card.name, "a DHCP message could not be sent: \(failure)"))
        }
        for action in actions {
            switch action {
            case .bound(let lease, let expiry): bound(lease, expiry: expiry, at: now)
            case .lost(let failure):
                if let plan { engine.warn(plan.withdraw(from: link, with: engine.session), card.name) }
                plan = nil
                status = .searching(client.progress)
                engine.report(.leaseLost(nic: card.name, failure))
            case .failed(let failure): engine.report(.trouble(nic: card.name, failure.description))
            case .ignored(let why): engine.report(.trouble(nic: card.name, why))
            case .send, .setTimer: continue
            }
        }
    }

    private func bound(_ newLease: DHCPLease, expiry: ContinuousClock.Instant?, at now: ContinuousClock.Instant) {
        let isRenewal = lease?.address == newLease.address
        let isLinkLocal = newLease.address.address.isLinkLocal
        let plan = LinkPlan(
            newLease, expiry: expiry.map { now.duration(to: $0) }, linkIndex: card.index,
            metric: metric(isLinkLocal: isLinkLocal), mtu: configuration?.mtu)
        guard apply(plan, at: now) else { return }
        status = .leased(newLease)
        let time = (runningSince ?? now).duration(to: .now)
        engine.report(
            isRenewal
                ? .renewed(nic: card.name, newLease) : .leased(nic: card.name, newLease, after: time))
    }

    private func apply(_ plan: LinkPlan, at now: ContinuousClock.Instant) -> Bool {
        do throws(NetlinkError) {
            engine.warn(try plan.apply(to: link, replacing: self.plan, with: engine.session), card.name)
            self.plan = plan
            return true
        } catch {
            client = nil
            self.plan = nil
            fail(error.description, at: now)
            return false
        }
    }

    private func fail(_ why: String, at now: ContinuousClock.Instant) {
        status = .failed(why)
        retryAt = now + Self.retryInterval
        engine.report(.trouble(nic: card.name, why))
    }

    /// The card that became usable first keeps the lowest metric: a default route that moved to another card later
    /// would cut the connections that run over the first one.
    private func metric(isLinkLocal: Bool) -> UInt32 {
        let rank = self.rank ?? engine.nextRank()
        self.rank = rank
        return UInt32(clamping: (isLinkLocal ? 1000 : 100) + rank)
    }
}
