import LinuxSystem
import Netlink
import NetworkTypes

/// Follows what routers and DHCP servers give a link for IPv6. The kernel makes addresses and routes of routers'
/// announcements by itself (RFC 4862); name servers (RFC 8106), and servers to ask when routers say so or the configuration
/// does (RFC 8415), are for programs. Belongs to the engine's thread.
final class IPv6Keeper {
    private struct Expiring<Value: Hashable> {
        let value: Value
        let expiry: ContinuousClock.Instant?
    }

    private(set) var server: DHCPv6Keeper?
    private let asksServer: Bool
    private var known: [IPAddress: LinkAddress] = [:]
    private var routers: RouterFlags = []
    private var serversFromRouters: [Expiring<IPv6Address>] = []
    private var domainsFromRouters: [Expiring<String>] = []
    private var reported: [IPPrefix] = []
    private unowned let owner: LinkRunner
    private unowned let engine: NetworkEngine

    /// - Parameter asksServer: whether a server is asked whatever the routers announce.
    init(_ owner: LinkRunner, asksServer: Bool, engine: NetworkEngine) {
        self.owner = owner
        self.asksServer = asksServer
        self.engine = engine
    }

    /// Its addresses that lead beyond the link and are checked for duplicates, but for those that were configured.
    var addresses: [IPPrefix] {
        let fixed = owner.fixed?.addresses ?? []
        return known.values.filter { $0.isReady && Self.isGlobal($0.address) && !$0.flags.contains(.deprecated) }
            .compactMap(\.prefix).filter { !fixed.contains($0) }.sorted { $0.description < $1.description }
    }

    /// Name servers that routers announce or a server gave; one that is only valid on the link is named with it (RFC 4007 11).
    var nameServers: [String] {
        let now = ContinuousClock.now
        let fromRouters = serversFromRouters.filter { $0.expiry.map { $0 > now } ?? true }.map(\.value)
        return (fromRouters + (server?.settings?.nameServers ?? [])).map {
            $0.isLinkLocal ? "\($0)%\(owner.card.name)" : $0.description
        }
    }

    /// Domains that routers announce or a server gave.
    var searchDomains: [String] {
        let now = ContinuousClock.now
        return domainsFromRouters.filter { $0.expiry.map { $0 > now } ?? true }.map(\.value)
            + (server?.settings?.domains ?? [])
    }

    /// Time servers that a server gave.
    var ntpServers: [String] { server?.settings?.ntpServers ?? [] }

    /// Puts its routers' default routes before those of other links.
    func preferRouters() {
        do throws(NetlinkError) {
            for route in try engine.session.routes()
            where route.isDefault && route.destination.address.isIPv6 && route.linkIndex == owner.card.index {
                let preferred = Route(
                    to: route.destination, via: route.gateway, linkIndex: route.linkIndex, metric: owner.metric(),
                    origin: .router)
                try engine.session.replace(preferred, over: owner.link)
            }
        } catch {
            engine.warn([error.description], owner.card.name)
        }
    }

    /// Takes the addresses that the link has now.
    func begin(at now: ContinuousClock.Instant) {
        do throws(NetlinkError) {
            known = [:]
            for address in try engine.session.addresses(of: owner.link) { known[address.address] = address }
            routers = owner.link.routers?.flags ?? routers
            server?.confirm(at: now)
            tell()
            askServer(at: now)
        } catch {
            engine.warn([error.description], owner.card.name)
        }
    }

    /// Takes news of an address, or of a router.
    func heard(_ change: AddressMonitor.Change, at now: ContinuousClock.Instant) {
        switch change {
        case .present(let address):
            guard address.address.isIPv6 else { return }
            let wasDuplicate = known[address.address]?.flags.contains(.duplicate) ?? false
            known[address.address] = address
            if address.flags.contains(.duplicate), !wasDuplicate {
                engine.report(
                    .trouble(nic: owner.card.name, "another machine has \(address.address): it is not used"))
                server?.foundDuplicate(address.address, at: now)
            }
            tell()
            askServer(at: now)
        case .gone(let address):
            known[address.address] = nil
            tell()
        case .routerOptions(_, _, let options):
            for option in options { take(option, at: now) }
        case .routers(_, let announcements):
            routers = announcements.flags
            askServer(at: now)
        case .missed: return
        }
    }

    /// Begins to ask a server, once there is a reason to and an address to ask from.
    private func askServer(at now: ContinuousClock.Instant) {
        let wish: DHCPv6Keeper.Wish? =
            asksServer || routers.contains(.managed) ? .address : routers.contains(.otherSettings) ? .settings : nil
        guard let wish, server?.wish != wish, server?.wish != .address, let linkLocal else { return }
        do throws(SystemCallError) {
            let server = try DHCPv6Keeper(owner, wish: wish, linkLocal: linkLocal, engine: engine)
            self.server = server
            server.begin(at: now)
        } catch {
            engine.report(.trouble(nic: owner.card.name, "DHCPv6 cannot begin: \(error)"))
        }
    }

    private var linkLocal: IPv6Address? {
        known.values.lazy.filter(\.isReady).compactMap { known -> IPv6Address? in
            if case .v6(let address) = known.address, address.isLinkLocal { address } else { nil }
        }.first
    }

    private func take(_ option: RouterOption, at now: ContinuousClock.Instant) {
        func expiry(_ seconds: UInt32?) -> ContinuousClock.Instant? { seconds.map { now + .seconds($0) } }
        switch option {
        case .nameServers(let servers, let seconds):
            serversFromRouters.removeAll { servers.contains($0.value) }
            if seconds != 0 { serversFromRouters += servers.map { Expiring(value: $0, expiry: expiry(seconds)) } }
        case .searchDomains(let domains, let seconds):
            domainsFromRouters.removeAll { domains.contains($0.value) }
            if seconds != 0 { domainsFromRouters += domains.map { Expiring(value: $0, expiry: expiry(seconds)) } }
        }
    }

    /// Tells the operator of addresses that have become usable.
    private func tell() {
        let addresses = addresses
        defer { reported = addresses }
        guard !addresses.isEmpty, addresses != reported else { return }
        owner.addressCame(at: .now)
        engine.report(.automatic(nic: owner.card.name, addresses))
    }

    private static func isGlobal(_ address: IPAddress) -> Bool {
        if case .v6(let address) = address { address.isGlobal } else { false }
    }
}
