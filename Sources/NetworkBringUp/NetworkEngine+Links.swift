import LinuxSystem
import Netlink
import NetworkConfiguration
import NetworkTypes

/// What links are for, and what they lie upon.
extension NetworkEngine {
    /// How long a bond waits for its partner before it is used without. A switch that has not heard of the group yet
    /// sends an LACPDU every 30 s at the latest.
    private static let partnerPatience: Duration = .seconds(40)
    /// How long the card that booted is waited for when one card is to be chosen by its carrier.
    private static let bootCardPatience: Duration = .seconds(8)

    /// The card of a link that is of interest here; its name may change by that. `nil` for all others.
    func card(for link: Link, mac: MACAddress) -> NetworkCard? {
        if virtualLinks.made(link) { return NetworkCard(index: link.index, name: link.name, mac: mac, kind: link.kind) }
        guard isCard(link) else { return nil }
        let names = options.names?(link.name)
        var card = NetworkCard(link: link, mac: mac, sysfs: options.sysfs, names: names)
        if let name = wantedName(of: card) ?? names?.preferred, name != link.name, !link.flags.contains(.up) {
            do throws(NetlinkError) {
                try session.rename(link, to: name)
                card.name = name
            } catch {
                report(.warning(error.description))
            }
        }
        return card
    }

    /// Whether a link is a card of this machine.
    func isCard(_ link: Link) -> Bool {
        options.isPhysical?(link) ?? NetworkCard.isPhysical(link, sysfs: options.sysfs)
    }

    /// Looks again for the number of a card that had none: before a controller with several ports has its driver, the
    /// order of those behind it is not known.
    func completeNames(of runner: LinkRunner, at now: ContinuousClock.Instant) {
        guard !runner.card.isVirtual, !runner.card.aliases.contains(where: { $0.hasPrefix("eth") }),
            let names = options.names?(runner.card.name), names.aliases != runner.card.aliases
        else { return }
        runner.setAliases(names.aliases, at: now)
    }

    /// The link under the name that it has now.
    func current(_ link: Link, _ card: NetworkCard) -> Link {
        guard card.name != link.name else { return link }
        return (try? session.links().first { $0.index == link.index }) ?? link
    }

    /// What the configuration wants with a card.
    func role(of card: NetworkCard) -> LinkRole {
        let role = configuration.role(of: card)
        switch role {
        case .configured, .member: return role
        case .candidate where claimant == nil && !usesRest: return role
        case .candidate, .unused:
            guard usesRest, !card.isVirtual else { return .unused }
            return .configured(LinkConfiguration(.everyPhysicalNIC, addressing: .automatic))
        }
    }

    /// Whether a card was chosen by its carrier.
    var hasClaim: Bool { claimant != nil }

    /// The configuration for the first card with a carrier; only the first that asks gets it. When it is known which
    /// card the machine booted from, that one has some time before the others.
    func claim(for card: NetworkCard, at now: ContinuousClock.Instant) -> LinkConfiguration? {
        guard claimant == nil, let link = configuration.links.first(where: { $0.selector == .firstWithCarrier })
        else { return nil }
        if let boot = options.bootMAC, boot != card.mac, begun.duration(to: now) < Self.bootCardPatience { return nil }
        claimant = card.index
        return link
    }

    /// The next place in the order of links that became usable. The card that the machine booted from comes first.
    func nextRank(for card: NetworkCard) -> Int {
        if preferredMAC == card.mac, !card.isVirtual { return Self.preferredRank }
        if card.mac == options.bootMAC, !card.isVirtual, ranksGiven > 0, !hasBootRank {
            hasBootRank = true
            return -1
        }
        defer { ranksGiven += 1 }
        return ranksGiven
    }

    /// The names of the links that lie upon a link.
    func carried(by link: LinkConfiguration) -> [String] {
        configuration.carried(by: link)
    }

    /// The links that exist, by their names in the configuration.
    var linksByName: [String: Link] {
        var links: [String: Link] = [:]
        for runner in runners.values {
            if let name = runner.role.configuration?.name { links[name] = runner.link }
        }
        return links
    }

    /// What the configuration names and nothing has come of yet, one clause each.
    var missingLinks: [String] {
        let found = Set(runners.values.compactMap { $0.role.configuration?.name })
        return configuration.links.compactMap { link in
            guard !found.contains(link.name), !link.isOptional else { return nil }
            switch link.selector {
            case .everyPhysicalNIC, .firstWithCarrier: return nil
            case .some(let selector):
                let other = runners.values.first { !$0.card.isVirtual && $0.card.matches(selector) }
                return other.map { "\(selector) is \($0.card.title), which has another part already" }
                    ?? "\(selector): there is no such NIC"
            case nil:
                if let why = virtualLinks.trouble(of: link.name) { return "\(link.description): \(why)" }
                let below = link.lowerNames.filter { !found.contains($0) }
                return below.isEmpty ? nil : "\(link.description): it needs \(below.joined(separator: ", "))"
            }
        }
    }

    /// Why a link in software has no carrier; `nil` for a card.
    func missingBelow(_ runner: LinkRunner) -> String? {
        guard runner.card.isVirtual, let configuration = runner.role.configuration else { return nil }
        let below = configuration.lowerNames.map { name in
            let lower = runners.values.first { $0.role.configuration?.name == name }
            return lower.map { "\($0.card.name) \($0.link.isRunning ? "is up" : "has no carrier")" }
                ?? "\(name) is not there"
        }
        return below.joined(separator: ", ")
    }

    /// Why a link must wait for the partner of the bond that it is or lies upon; `nil` when it need not.
    func missingPartner(
        of link: LinkConfiguration, since: ContinuousClock.Instant, at now: ContinuousClock.Instant
    ) -> String? {
        switch link.kind {
        case .vlan(_, let parent):
            return configuration.link(named: parent).flatMap { missingPartner(of: $0, since: since, at: now) }
        case .bond(let bond, _) where bond.mode == .lacp:
            guard !unpartnered.contains(link.name), let links = try? session.links() else { return nil }
            let members = links.filter { runners[$0.index]?.role.isMember(of: link.name) == true }
            if members.contains(where: { $0.bondMember?.isAggregating == true }) { return nil }
            let reasons = members.compactMap { member in
                member.bondMember?.aggregation.map { "\(member.name): \(member.isRunning ? $0 : "no carrier")" }
            }
            let why = reasons.joined(separator: ", ")
            guard since.duration(to: now) >= Self.partnerPatience else { return why }
            unpartnered.insert(link.name)
            report(
                .warning(
                    "\(link.name): no LACP partner after \(since.text(until: now)) (\(why)); trying one member alone: "
                        + "check that the switch ports are in one LACP group"))
            return nil
        default: return nil
        }
    }

    /// Asks a link's driver to start it, on a thread of its own: some take seconds, to load firmware.
    func startLink(_ runner: LinkRunner) {
        let link = runner.link
        let wanted =
            runner.role == .candidate
            ? configuration.links.first { $0.selector == .firstWithCarrier } : runner.role.configuration
        let (mac, mtu) = (wanted?.mac, wanted?.mtu)
        let routers = wanted?.addressing.usesRouterAdvertisements ?? true
        perform("up \(link.name)", for: link) { () throws(NetlinkError) in
            let session = try NetlinkSession()
            // An agent before this one may have made it a member of something else.
            if link.masterIndex != nil { try session.leave(link) }
            if let mac, mac != link.mac {
                // Most drivers change the address only of a link that is down.
                if link.flags.contains(.up) { try session.setDown(link) }
                try session.setMAC(mac, of: link)
            }
            // Now, and not once there is a carrier: many drivers drop that to change the MTU.
            if let mtu, mtu != link.mtu { try session.setMTU(mtu, of: link) }
            LinkSettings.prepare(link.name, heedsRouters: routers)
            try session.setUp(link)
        }
    }

    /// Asks the module in a card's cage for what it sees, on a thread of its own: some answer in seconds.
    func examine(_ runner: LinkRunner) {
        let (index, name) = (runner.card.index, runner.card.name)
        let (board, waker) = (board, waker)
        let answer: @Sendable (String?) -> Void = { finding in
            board.update { $0.wireAnswers.append((index, finding)) }
            waker.wake()
        }
        do throws(SystemCallError) {
            try NativeThread.start("module \(name)") { answer((try? Transceiver.read(of: name))?.explanation) }
        } catch {
            answer(nil)
        }
    }

    /// Sets a link up that something else has set down; its place and its addresses stay.
    func setUpAgain(_ runner: LinkRunner) {
        let link = runner.link
        perform("up \(link.name)", for: link) { () throws(NetlinkError) in try NetlinkSession().setUp(link) }
    }

    /// The link as the kernel has it now; `nil` when it is gone.
    func present(_ link: Link) -> Link? {
        (try? session.links())?.first { $0.index == link.index }
    }

    /// Whether a link is no longer in the bond or bridge that it belongs to.
    func hasLost(_ runner: LinkRunner) -> Bool {
        guard case .member(_, let name) = runner.role else { return false }
        return runner.link.masterIndex != (linksByName[name] ?? virtualLinks.link(named: name))?.index
    }

    /// Makes a link a member of its bond or bridge, on a thread of its own.
    func joinMaster(_ runner: LinkRunner) {
        guard case .member(let configuration, let name) = runner.role else { return }
        let link = runner.link
        guard let master = linksByName[name] ?? virtualLinks.link(named: name) else {
            return answer(link.index, "\(name) is not there")
        }
        let upper = self.configuration.link(named: name)
        // Never under an address that is in use.
        let isInUse = runners[master.index]?.hasAddress ?? false
        let wantsItsMAC = upper?.lowerNames.first == configuration.name && upper?.mac == nil && !isInUse
        let primary = upper?.primaryMember == configuration.name
        let mtu = upper?.isBridge == true ? configuration.mtu ?? upper?.mtu : nil
        perform("join \(link.name)", for: link) { () throws(NetlinkError) in
            let session = try NetlinkSession()
            if link.masterIndex != master.index {
                if link.flags.contains(.up) { try session.setDown(link) }
                LinkSettings.prepare(link.name, heedsRouters: false)
                // A bond gives its MTU to its members, a bridge does not.
                if let mtu, mtu != link.mtu { try session.setMTU(mtu, of: link) }
                try session.join(link, to: master)
            }
            try session.setUp(link)
            // The first member's own address stands for the whole bond, whichever driver answered first: leases and
            // reservations go by it.
            if wantsItsMAC, let mac = link.permanentMAC ?? link.mac { try session.setMAC(mac, of: master) }
            if primary { try session.setPrimary(link, of: master) }
        }
    }

    /// Does what others asked for.
    func fulfil(_ wishes: NetworkBoard.Wishes, at now: ContinuousClock.Instant) {
        if let preferred = wishes.preferred, let runner = runners[preferred] {
            preferredMAC = runner.card.mac
            runner.setRank(Self.preferredRank, at: now)
        }
        if wishes.usesRest, !usesRest {
            let free = runners.values.filter(\.isFree)
            usesRest = true
            for runner in free { runner.begin(at: now) }
        }
    }

    private func wantedName(of card: NetworkCard) -> String? {
        guard case .physical(_, let name)? = configuration.role(of: card).configuration?.kind else { return nil }
        return name
    }

    private func perform(_ thread: String, for link: Link, _ work: @escaping @Sendable () throws(NetlinkError) -> Void)
    {
        let (board, waker) = (board, waker)
        do throws(SystemCallError) {
            try NativeThread.start(thread) {
                let failure = Self.failure(of: work)
                board.update { $0.startAnswers.append((link.index, failure)) }
                waker.wake()
            }
        } catch {
            answer(link.index, error.description)
        }
    }

    private func answer(_ index: Int32, _ failure: String) {
        board.update { $0.startAnswers.append((index, failure)) }
        waker.wake()
    }

    private static func failure(of work: () throws(NetlinkError) -> Void) -> String? {
        do throws(NetlinkError) {
            try work()
            return nil
        } catch {
            let hint = error.errno == .noSuchFileOrDirectory ? "; its driver asks for firmware that is not there" : ""
            return error.description + hint
        }
    }
}

extension LinkRole {
    /// Whether it belongs to the bond or bridge of this name.
    func isMember(of master: String) -> Bool {
        if case .member(_, of: master) = self { true } else { false }
    }
}

extension LinkConfiguration {
    /// The primary member of a bond.
    fileprivate var primaryMember: String? {
        if case .bond(let bond, _) = kind { bond.primary } else { nil }
    }

    fileprivate var isBridge: Bool {
        if case .bridge = kind { true } else { false }
    }
}
