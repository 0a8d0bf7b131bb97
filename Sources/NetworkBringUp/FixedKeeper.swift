import Netlink
import NetworkConfiguration
import NetworkTypes

/// Gives a link the addresses and routes that were configured. Belongs to the engine's thread.
final class FixedKeeper {
    /// What the link has from here.
    private(set) var plan: LinkPlan?
    private let addressing: Addressing
    private unowned let owner: LinkRunner
    private unowned let engine: NetworkEngine

    init(_ owner: LinkRunner, addressing: Addressing, engine: NetworkEngine) {
        self.owner = owner
        self.addressing = addressing
        self.engine = engine
    }

    /// The addresses that the link has from here.
    var addresses: [IPPrefix] { plan?.addresses.map(\.prefix) ?? [] }

    /// Sets the addresses, and the routes as soon as the link has some address that their routers can be reached from:
    /// beside DHCP that is only once there is a lease. To be called again then, and when the link was set down.
    func apply(at now: ContinuousClock.Instant) {
        var wanted = addressing
        if wanted.addresses.isEmpty, !owner.hasAddress { wanted.routes = [] }
        guard !wanted.addresses.isEmpty || !wanted.routes.isEmpty else { return }
        let newPlan = LinkPlan(
            wanted, linkIndex: owner.card.index, metric: owner.metric(), isPreferred: owner.isPreferred)
        do throws(NetlinkError) {
            engine.warn(try newPlan.apply(to: owner.link, replacing: plan, with: engine.session), owner.card.name)
        } catch {
            plan = nil
            return owner.fail(error.description, at: now)
        }
        let isNew = plan == nil
        plan = newPlan
        if isNew, !newPlan.addresses.isEmpty {
            engine.report(.fixed(nic: owner.card.name, addresses, gateway: newPlan.gateway))
        }
    }

    /// Takes everything off the link again.
    func withdraw() {
        if let plan { engine.warn(plan.withdraw(from: owner.link, with: engine.session), owner.card.name) }
        plan = nil
    }
}
