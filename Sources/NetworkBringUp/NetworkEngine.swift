import LinuxSystem
import Netlink
import NetworkConfiguration
import NetworkTypes

/// The thread that sees to all cards: it hears of links, drives each card's runner, and publishes what came of it.
final class NetworkEngine {
    /// Notifications tell of every change; looking again heals what a notification missed.
    private static let rescanWhileWaiting: Duration = .seconds(1)
    private static let rescanLater: Duration = .seconds(30)

    let options: BringUpOptions
    let session: NetlinkSession
    private let configuration: NetworkConfiguration
    private let board: Monitor<NetworkBoard>
    private let waker: NetworkWaker
    private let monitor: LinkMonitor
    private let reporter: @Sendable (NetworkEvent) -> Void
    private let becameUsable: () -> Void
    private var runners: [Int32: CardRunner] = [:]
    private var ranksGiven = 0
    private var isFirstWithCarrierClaimed = false
    private var isMonitorBroken = false
    private var resolver: ResolverFile?
    private var wasUsable = false

    init(
        _ configuration: NetworkConfiguration, options: BringUpOptions, board: Monitor<NetworkBoard>,
        waker: NetworkWaker, report: @escaping @Sendable (NetworkEvent) -> Void, becameUsable: @escaping () -> Void
    ) throws(NetlinkError) {
        self.configuration = configuration
        self.options = options
        self.board = board
        self.waker = waker
        self.reporter = report
        self.becameUsable = becameUsable
        // Before the first list, so that no change falls between the two.
        monitor = try LinkMonitor()
        session = try NetlinkSession()
    }

    /// Works until the board says that it is over.
    func run() {
        let clock = ContinuousClock()
        setLoopbackUp()
        var rescan = clock.now
        while true {
            let now = clock.now
            if now >= rescan {
                scan(at: now)
                rescan = now + (wasUsable ? Self.rescanLater : Self.rescanWhileWaiting)
            }
            for runner in runners.values where runner.deadline.map({ $0 <= now }) ?? false {
                runner.timerFired(at: now)
            }
            publish()
            let due = runners.values.compactMap(\.deadline).min().map { min($0, rescan) } ?? rescan
            guard wait(until: due) else { return }
        }
    }

    /// The configuration that names this card, or all cards.
    func configuration(for card: NetworkCard) -> LinkConfiguration? {
        configuration.links.first { link in
            switch link.selector {
            case .everyPhysicalNIC: true
            case .name(let name): name == card.name
            case .mac(let mac): mac == card.mac
            case .firstWithCarrier: false
            }
        }
    }

    /// Whether some card is still to be chosen by its carrier.
    var wantsFirstWithCarrier: Bool {
        !isFirstWithCarrierClaimed && configuration.links.contains { $0.selector == .firstWithCarrier }
    }

    /// The configuration for the first card with a carrier; only the first caller gets it.
    func claimFirstWithCarrier() -> LinkConfiguration? {
        guard wantsFirstWithCarrier else { return nil }
        isFirstWithCarrierClaimed = true
        return configuration.links.first { $0.selector == .firstWithCarrier }
    }

    /// How many cards became usable before.
    func nextRank() -> Int {
        defer { ranksGiven += 1 }
        return ranksGiven
    }

    /// Asks a card's driver to start it, on a thread of its own: some take seconds, to load firmware.
    func startCard(_ link: Link) {
        let (board, waker) = (board, waker)
        do throws(SystemCallError) {
            try NativeThread.start("up \(link.name)") {
                let failure = Self.setUp(link)
                board.update { $0.startAnswers.append((link.index, failure)) }
                waker.wake()
            }
        } catch {
            board.update { $0.startAnswers.append((link.index, error.description)) }
            waker.wake()
        }
    }

    /// Tells the operator.
    func report(_ event: NetworkEvent) {
        reporter(event)
    }

    /// Tells the operator what went wrong on a card without harm to the rest.
    func warn(_ warnings: [String], _ nic: String) {
        for warning in warnings { reporter(.warning("\(nic): \(warning)")) }
    }

    private func wait(until due: ContinuousClock.Instant) -> Bool {
        board.update { $0.busySince = nil }
        let clients = runners.values.filter { $0.client != nil }
        let sockets = clients.compactMap { $0.client?.socket.descriptor.rawValue }
        let monitors = isMonitorBroken ? [] : [monitor.descriptor.rawValue]
        let ready = Polling.readable([waker.descriptor] + sockets + monitors, until: due)
        let now = ContinuousClock.now
        let (isOver, answers) = board.update { board in
            defer { board.startAnswers = [] }
            board.busySince = now
            return (board.phase == .ended, board.startAnswers)
        }
        if isOver { return false }
        waker.drain()
        for answer in answers { runners[answer.index]?.started(failure: answer.failure, at: now) }
        if ready.last == true, !isMonitorBroken { hear(at: now) }
        for (runner, isReady) in zip(clients, ready.dropFirst()) where isReady { runner.receive(at: now) }
        return true
    }

    private func hear(at now: ContinuousClock.Instant) {
        do throws(NetlinkError) {
            for change in try monitor.changes() {
                switch change {
                case .present(let link): see(link, at: now)
                case .gone(let link): forget(link.index)
                case .missed: scan(at: now)
                }
            }
        } catch {
            isMonitorBroken = true
            report(.warning(error.description))
        }
    }

    private func scan(at now: ContinuousClock.Instant) {
        do throws(NetlinkError) {
            let links = try session.links()
            for link in links { see(link, at: now) }
            for index in runners.keys where !links.contains(where: { $0.index == index }) { forget(index) }
        } catch {
            report(.warning(error.description))
        }
    }

    private func see(_ link: Link, at now: ContinuousClock.Instant) {
        if let runner = runners[link.index] { return runner.update(link, at: now) }
        let isPhysical = options.isPhysical?(link) ?? NetworkCard.isPhysical(link, sysfs: options.sysfs)
        guard isPhysical, let mac = link.mac else { return }
        let card = NetworkCard(link: link, mac: mac, sysfs: options.sysfs)
        let runner = CardRunner(card, link: link, engine: self, at: now)
        runners[link.index] = runner
        report(.found(card))
        runner.begin(at: now)
    }

    private func forget(_ index: Int32) {
        guard let runner = runners.removeValue(forKey: index) else { return }
        report(.gone(nic: runner.card.name))
    }

    /// Makes known what the cards have now: first to the C library, then to those who wait.
    private func publish() {
        let ordered = runners.values.sorted { one, other in
            (one.rank ?? .max, one.card.index) < (other.rank ?? .max, other.card.index)
        }
        let leases = ordered.compactMap(\.lease)
        let resolver = ResolverFile(
            nameServers: configuration.nameServers + leases.flatMap(\.nameServers),
            searchDomains: configuration.searchDomains + leases.flatMap(\.domains))
        let isUsable = ordered.contains { $0.isUsable }
        if isUsable, resolver != self.resolver ?? .nothing { write(resolver) }
        let state = NetworkState(
            cards: ordered.map { runner in
                NetworkState.CardState(
                    card: runner.card, status: runner.status, address: runner.plan?.address,
                    gateway: runner.plan?.routes.first { $0.isDefault }?.gateway)
            },
            nameServers: resolver.nameServers, searchDomains: resolver.searchDomains,
            ntpServers: (configuration.ntpServers + leases.flatMap(\.ntpServers).map(\.description)).uniqued())
        let reports = runners.values.sorted { $0.card.index < $1.card.index }.map {
            CardReport(card: $0.card, status: $0.status)
        }
        board.update { board in
            board.state = state
            board.cards = reports
        }
        if isUsable, !wasUsable {
            wasUsable = true
            becameUsable()
        }
    }

    private func write(_ resolver: ResolverFile) {
        self.resolver = resolver
        do throws(SystemCallError) {
            try resolver.write(to: options.resolverPath)
        } catch {
            report(.warning("names cannot be resolved: \(error)"))
        }
    }

    private func setLoopbackUp() {
        do throws(NetlinkError) {
            for link in try session.links() where link.flags.contains(.loopback) && !link.flags.contains(.up) {
                try session.setUp(link)
            }
        } catch {
            report(.warning(error.description))
        }
    }

    private static func setUp(_ link: Link) -> String? {
        do throws(NetlinkError) {
            try NetlinkSession().setUp(link)
            return nil
        } catch {
            let hint = error.errno == .noSuchFileOrDirectory ? "; its driver asks for firmware that is not there" : ""
            return error.description + hint
        }
    }
}
