import LinuxSystem
import Netlink
import NetworkConfiguration
import NetworkTypes

/// The thread that sees to all links: it hears of them, drives each one's runner, and publishes what came of it.
final class NetworkEngine {
    /// Notifications tell of every change; looking again heals what a notification missed.
    private static let rescanWhileWaiting: Duration = .seconds(1)
    private static let rescanLater: Duration = .seconds(30)
    /// The place of the link over which the controller answers: its routes have metric 1.
    static let preferredRank = -99

    let options: BringUpOptions
    let session: NetlinkSession
    let configuration: NetworkConfiguration
    let board: Monitor<NetworkBoard>
    let waker: NetworkWaker
    let virtualLinks: VirtualLinks
    /// Whether the kernel speaks IPv6.
    let hasIPv6 = Files.exists("/proc/sys/net/ipv6")
    var runners: [Int32: LinkRunner] = [:]
    /// The link that was chosen as the first with a carrier.
    var claimant: Int32?
    /// Whether cards that the configuration does not name get addresses from DHCP.
    var usesRest = false
    var ranksGiven = 0
    /// Whether the card that the machine booted from has had its place before the others.
    var hasBootRank = false
    /// The card over which the controller answers.
    var preferredMAC: MACAddress?
    /// Bonds that are used although no partner has answered.
    var unpartnered: Set<String> = []
    let begun = ContinuousClock.now
    private let monitor: LinkMonitor
    private let addressMonitor: AddressMonitor
    private let reporter: @Sendable (NetworkEvent) -> Void
    private let becameUsable: () -> Void
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
        addressMonitor = try AddressMonitor()
        session = try NetlinkSession()
        virtualLinks = VirtualLinks(configuration, loadModule: options.loadModule)
    }

    /// Works until the board says that it is over.
    func run() {
        let clock = ContinuousClock()
        prepare()
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

    /// Tells the operator.
    func report(_ event: NetworkEvent) {
        reporter(event)
    }

    /// Tells the operator what went wrong on a link without harm to the rest.
    func warn(_ warnings: [String], _ nic: String) {
        for warning in warnings { reporter(.warning("\(nic): \(warning)")) }
    }

    /// Looks at all links.
    func scan(at now: ContinuousClock.Instant) {
        do throws(NetlinkError) {
            let links = try session.links()
            for link in links { see(link, at: now) }
            for runner in runners.values { completeNames(of: runner, at: now) }
            for index in runners.keys where !links.contains(where: { $0.index == index }) { forget(index) }
            if virtualLinks.makeMissing(parents: linksByName, with: session, report: reporter) {
                for link in try session.links() { see(link, at: now) }
            }
        } catch {
            report(.warning(error.description))
        }
    }

    private func wait(until due: ContinuousClock.Instant) -> Bool {
        board.update { $0.busySince = nil }
        let inputs = runners.values.flatMap { runner in runner.inputs.map { (runner, $0) } }
        let monitors = isMonitorBroken ? [] : [monitor.descriptor.rawValue, addressMonitor.descriptor.rawValue]
        let ready = Polling.readable([waker.descriptor] + monitors + inputs.map(\.1), until: due)
        let now = ContinuousClock.now
        let (wishes, answers, wires) = board.update { board in
            defer {
                board.startAnswers = []
                board.wireAnswers = []
                board.wishes.preferred = nil
            }
            board.busySince = now
            return (board.wishes, board.startAnswers, board.wireAnswers)
        }
        if wishes.release { for runner in runners.values { runner.release() } }
        if wishes.isOver || wishes.release {
            board.update { $0.hasStopped = true }
            return false
        }
        waker.drain()
        for answer in answers { runners[answer.index]?.started(failure: answer.failure, at: now) }
        for wire in wires { runners[wire.index]?.examined(wire.finding, at: now) }
        fulfil(wishes, at: now)
        if !isMonitorBroken, ready.dropFirst().prefix(monitors.count).contains(true) { hear(at: now) }
        var served: Set<Int32> = []
        for ((runner, _), isReady) in zip(inputs, ready.dropFirst(1 + monitors.count)) where isReady {
            if served.insert(runner.card.index).inserted { runner.receive(at: now) }
        }
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
            for change in try addressMonitor.changes() { hear(change, at: now) }
        } catch {
            isMonitorBroken = true
            report(.warning(error.description))
        }
    }

    private func hear(_ change: AddressMonitor.Change, at now: ContinuousClock.Instant) {
        switch change {
        case .present(let address), .gone(let address): runners[address.linkIndex]?.ipv6?.heard(change, at: now)
        case .routers(let index, _), .routerOptions(let index, _, _): runners[index]?.ipv6?.heard(change, at: now)
        case .missed: for runner in runners.values { runner.ipv6?.begin(at: now) }
        }
    }

    private func see(_ link: Link, at now: ContinuousClock.Instant) {
        if let runner = runners[link.index] { return runner.update(link, at: now) }
        guard let mac = link.mac, let card = card(for: link, mac: mac) else { return }
        let runner = LinkRunner(card, link: current(link, card), engine: self, at: now)
        runners[link.index] = runner
        if !card.isVirtual { report(.found(card)) }
        runner.begin(at: now)
        // A VLAN may have waited for this link.
        if virtualLinks.areSomeMissing {
            _ = virtualLinks.makeMissing(parents: linksByName, with: session, report: reporter)
        }
    }

    private func forget(_ index: Int32) {
        guard let runner = runners.removeValue(forKey: index) else { return }
        virtualLinks.forget(index)
        report(.gone(runner.card))
        guard claimant == index else { return }
        claimant = nil
        for other in runners.values where !other.status.isUsed { other.begin(at: .now) }
    }

    /// Makes known what the links have now: first to the C library, then to those who wait.
    private func publish() {
        // The internal network of a management controller is often first, and leads nowhere.
        let ordered = runners.values.sorted { one, other in
            (one.isUsable ? 0 : 1, one.rank ?? .max, one.card.index)
                < (other.isUsable ? 0 : 1, other.rank ?? .max, other.card.index)
        }
        let resolver = ResolverFile(
            nameServers: configuration.nameServers.map(\.description) + ordered.flatMap(\.nameServers),
            searchDomains: configuration.searchDomains + ordered.flatMap(\.searchDomains))
        let isUsable = ordered.contains { $0.isUsable }
        if isUsable, resolver != self.resolver ?? .nothing { write(resolver) }
        let state = NetworkState(
            cards: ordered.map { runner in
                NetworkState.CardState(
                    card: runner.card, status: runner.status, addresses: runner.addresses, gateway: runner.gateway,
                    isUsable: runner.isUsable && runner.link.isRunning)
            },
            nameServers: resolver.nameServers, searchDomains: resolver.searchDomains,
            ntpServers: (configuration.ntpServers + ordered.flatMap(\.ntpServers)).uniqued())
        let reports = runners.values.sorted { $0.card.index < $1.card.index }.map {
            CardReport(
                card: $0.card, status: $0.status, isFree: $0.isFree, lostAt: $0.hasAddress ? $0.lostAt : nil,
                isDeaf: $0.isDeaf)
        }
        let missing = missingLinks
        board.update { board in
            board.state = state
            board.cards = reports
            board.missing = missing
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

    /// Sets the loopback link up, removes what an agent before this one left, and makes bonds and bridges: their members
    /// need them as soon as they are there.
    private func prepare() {
        do throws(NetlinkError) {
            let links = try session.links()
            for link in links where link.flags.contains(.loopback) && !link.flags.contains(.up) {
                try session.setUp(link)
            }
            for link in links where virtualLinks.isLeftover(link) { try session.delete(link) }
            for address in try session.addresses() {
                guard let prefix = address.ipv4, address.scope == "global",
                    let link = links.first(where: { $0.index == address.linkIndex }), isCard(link)
                else { continue }
                try session.remove(IPPrefix(prefix), from: link)
            }
            _ = virtualLinks.makeMissing(parents: [:], with: session, report: reporter)
        } catch {
            report(.warning(error.description))
        }
    }
}
