import DHCPv4
import LinuxSystem
import Netlink
import NetworkConfiguration
import NetworkTypes
import SystemPackage

/// Gets a DHCPv4 lease for a link, puts it to use, and keeps it. Belongs to the engine's thread.
final class LeaseKeeper {
    let client: DHCPClient
    /// The lease in use.
    private(set) var lease: DHCPLease?
    /// Its address and routes, while it has some.
    private(set) var plan: LinkPlan?
    private let settings: DHCPv4Settings
    private var expiry: ContinuousClock.Instant?
    private unowned let owner: LinkRunner
    private unowned let engine: NetworkEngine

    init(_ owner: LinkRunner, settings: DHCPv4Settings, engine: NetworkEngine) throws(SystemCallError) {
        self.owner = owner
        self.settings = settings
        self.engine = engine
        client = try DHCPClient(
            interfaceIndex: owner.card.index, interfaceName: owner.card.name, mac: owner.link.mac ?? owner.card.mac,
            settings: engine.options.leaseSettings(for: settings))
    }

    /// The name servers to use.
    var nameServers: [IPAddress] {
        // A management controller's internal network leads to no name server.
        settings.usesDNS && plan?.isLinkLocal == false ? (lease?.nameServers ?? []).map(IPAddress.v4) : []
    }
    /// The domains to use.
    var searchDomains: [String] { settings.usesDNS ? lease?.domains ?? [] : [] }
    /// The time servers to use.
    var ntpServers: [String] { settings.usesNTP ? (lease?.ntpServers ?? []).map(\.description) : [] }

    /// Begins to look for a lease.
    func begin(at now: ContinuousClock.Instant) {
        take(client.start(at: now), at: now)
    }

    /// Asks whether the lease still holds: the link was away.
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
            owner.fail(error.description, at: now)
        }
    }

    /// Gives the lease back. The address stays on the link until the machine is handed over.
    func release() {
        client.release()
    }

    /// Puts the lease to use anew, after the link's metric has changed.
    func applyAgain(at now: ContinuousClock.Instant) {
        if let lease { _ = apply(lease, at: now) }
    }

    private func take(_ actions: [LeaseAction], at now: ContinuousClock.Instant) {
        let name = owner.card.name
        if let failure = client.sendFailure, client.progress.discoversSent <= 1 {
            engine.report(.trouble(nic: name, "a DHCP message could not be sent: \(failure)"))
        }
        for action in actions {
            switch action {
            case .bound(let lease, let expiry): bound(lease, expiry: expiry, at: now)
            case .lost(let failure):
                if let plan { engine.warn(plan.withdraw(from: owner.link, with: engine.session), name) }
                (plan, lease, expiry) = (nil, nil, nil)
                engine.report(.leaseLost(nic: name, failure))
            case .failed(let failure): engine.report(.trouble(nic: name, failure.description))
            case .ignored(let why): engine.report(.trouble(nic: name, why))
            case .notice(let notice): engine.report(.trouble(nic: name, notice.description))
            case .send, .probe, .announce, .setTimer: continue
            }
        }
    }

    private func bound(_ newLease: DHCPLease, expiry: ContinuousClock.Instant?, at now: ContinuousClock.Instant) {
        let isRenewal = lease?.address == newLease.address
        self.expiry = expiry
        guard apply(newLease, at: now) else { return }
        lease = newLease
        owner.addressCame(at: now)
        let time = (owner.carrierSince ?? now).duration(to: .now)
        engine.report(
            isRenewal
                ? .renewed(nic: owner.card.name, newLease) : .leased(nic: owner.card.name, newLease, after: time))
    }

    private func apply(_ lease: DHCPLease, at now: ContinuousClock.Instant) -> Bool {
        let newPlan = LinkPlan(
            lease, expiry: expiry.map { now.duration(to: $0) }, linkIndex: owner.card.index,
            metric: owner.metric(isLinkLocal: lease.address.address.isLinkLocal),
            mtu: owner.role.configuration?.mtu, settings: settings, isPreferred: owner.isPreferred)
        do throws(NetlinkError) {
            engine.warn(
                try newPlan.apply(to: owner.link, replacing: plan, with: engine.session), owner.card.name)
            plan = newPlan
            return true
        } catch {
            plan = nil
            owner.fail(error.description, at: now)
            return false
        }
    }
}

extension LinkPlan {
    /// Whether it has nothing but link-local addresses of IPv4.
    var isLinkLocal: Bool {
        addresses.allSatisfy { if case .v4(let address) = $0.prefix.address { address.isLinkLocal } else { false } }
    }
}
