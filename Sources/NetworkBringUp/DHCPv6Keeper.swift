import DHCPv6
import LinuxSystem
import Netlink
import NetworkTypes

/// Gets an address or settings from a DHCPv6 server, puts them to use, and keeps them. Belongs to the engine's thread.
final class DHCPv6Keeper {
    /// What is asked for.
    enum Wish: Equatable {
        /// An address, and settings with it.
        case address
        /// Settings alone: addresses come from the routers.
        case settings
    }

    let wish: Wish
    /// How far the search has come.
    var progress: DHCPv6Machine.Progress { client.progress }
    /// Name servers, domains and time servers that it was given.
    private(set) var settings: DHCPv6Settings?
    private let client: DHCPv6Client
    private var plan: LinkPlan?
    private unowned let owner: LinkRunner
    private unowned let engine: NetworkEngine

    /// - Parameter linkLocal: the link's own address, checked for duplicates.
    init(
        _ owner: LinkRunner, wish: Wish, linkLocal: IPv6Address, engine: NetworkEngine
    ) throws(SystemCallError) {
        self.owner = owner
        self.wish = wish
        self.engine = engine
        client = try DHCPv6Client(card: owner.card, linkLocal: linkLocal)
    }

    /// What to wait on.
    var descriptors: [Int32] { client.descriptors }
    /// When `timerFired` is due.
    var deadline: ContinuousClock.Instant? { client.deadline }

    /// Begins to ask.
    func begin(at now: ContinuousClock.Instant) {
        take(wish == .address ? client.start(at: now) : client.startStateless(at: now), at: now)
    }

    /// Asks whether what was given still holds: the link was away.
    func confirm(at now: ContinuousClock.Instant) {
        take(client.confirm(at: now), at: now)
    }

    /// Does what is due.
    func timerFired(at now: ContinuousClock.Instant) {
        if let due = client.deadline, now >= due { take(client.timerFired(at: now), at: now) }
    }

    /// Takes the messages that wait.
    func receive(at now: ContinuousClock.Instant) {
        do throws(SystemCallError) {
            take(try client.receive(at: now), at: now)
        } catch {
            engine.report(.trouble(nic: owner.card.name, error.description))
        }
    }

    /// The kernel found that another machine has this address.
    func foundDuplicate(_ address: IPAddress, at now: ContinuousClock.Instant) {
        guard let lease = client.lease, .v6(lease.address) == address else { return }
        take(client.decline(at: now), at: now)
    }

    /// Gives the address back. It stays on the link until the machine is handed over.
    func release() {
        _ = client.release(at: .now)
    }

    private func take(_ actions: [DHCPv6Action], at now: ContinuousClock.Instant) {
        let name = owner.card.name
        for action in actions {
            switch action {
            case .bound(let lease, let expiry): bound(lease, expiry: expiry, at: now)
            case .configured(let settings, _): self.settings = settings
            case .lost(let failure):
                if let plan { engine.warn(plan.withdraw(from: owner.link, with: engine.session), name) }
                (plan, settings) = (nil, nil)
                engine.report(.trouble(nic: name, failure.description))
            case .failed(let failure): engine.report(.trouble(nic: name, failure.description))
            case .ignored(let why): engine.report(.trouble(nic: name, why))
            case .send, .setTimer: continue
            }
        }
    }

    private func bound(_ lease: DHCPv6Lease, expiry: ContinuousClock.Instant?, at now: ContinuousClock.Instant) {
        settings = lease.settings
        let seconds = expiry.map { UInt32(clamping: max(now.duration(to: $0).components.seconds, 1)) }
        let lifetime = AddressLifetime(
            preferred: min(lease.preferredSeconds ?? .max, seconds ?? .max), valid: seconds ?? .max)
        let newPlan = LinkPlan(lease.address, lifetime: lifetime, metric: owner.metric())
        do throws(NetlinkError) {
            engine.warn(try newPlan.apply(to: owner.link, replacing: plan, with: engine.session), owner.card.name)
            plan = newPlan
        } catch {
            engine.report(.trouble(nic: owner.card.name, error.description))
        }
    }
}
