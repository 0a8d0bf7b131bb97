import DHCPv4
import NetworkConfiguration
import NetworkTypes

/// How far a card has come.
public enum CardStatus: Equatable, Sendable {
    /// Its driver was asked to start it and has not answered yet.
    case starting(since: ContinuousClock.Instant)
    /// Its driver refused to start it.
    case cannotStart(String)
    /// Started, but it sees no carrier. `because`: what a bond or VLAN lacks; `nil` for a cable.
    case noCarrier(since: ContinuousClock.Instant, because: String? = nil)
    /// It has a carrier, but the bond below has no partner that takes its traffic; says how far they are.
    case noPartner(since: ContinuousClock.Instant, String)
    /// It belongs to a bond or bridge; says how it does there, when there is something to say.
    case member(of: String, String?)
    /// It has no addresses of its own and carries these links.
    case carrying([String])
    /// A DHCP server is looked for.
    case searching(LeaseMachine.Progress)
    /// It waits for a router's announcement, or for the address made from one.
    case awaitingRouter(since: ContinuousClock.Instant)
    /// It has a lease.
    case leased(DHCPLease)
    /// It has its fixed addresses.
    case fixed([IPPrefix])
    /// It has addresses of IPv6 that routers or a DHCP server gave it.
    case automatic([IPPrefix])
    /// It has a carrier, but could not be set up.
    case failed(String)
    /// The configuration does not use it; says why.
    case unused(String)

    /// What the card is waiting for, or why it is of no use, as one clause.
    public func reason(at now: ContinuousClock.Instant) -> String {
        switch self {
        case .starting(let since): "its driver has been starting it for \(since.text(until: now))"
        case .cannotStart(let why): why
        case .noCarrier(let since, let why):
            "no carrier after \(since.text(until: now)) (\(why ?? "no cable, or the other end is off"))"
        case .noPartner(let since, let why): "no partner after \(since.text(until: now)): \(why)"
        case .member(let master, let how): "member of \(master)" + (how.map { ": \($0)" } ?? "")
        case .carrying(let links): "carries \(links.joined(separator: ", "))"
        case .searching(let progress): Self.reason(progress, at: now)
        case .awaitingRouter(let since): "no router has announced itself in \(since.text(until: now))"
        case .leased(let lease):
            lease.address.address.isLinkLocal
                ? "has \(lease.address) from \(lease.server), a link-local address that leads nowhere else"
                : "has \(lease.address) from \(lease.server)"
        case .fixed(let addresses): "has the fixed address \(Self.list(addresses))"
        case .automatic(let addresses): "has \(Self.list(addresses))"
        case .failed(let why): why
        case .unused(let why): "not used: \(why)"
        }
    }

    /// Whether the configuration has a use for it.
    var isUsed: Bool {
        if case .unused = self { false } else { true }
    }

    private static func list(_ addresses: [IPPrefix]) -> String {
        addresses.map(\.description).joined(separator: " and ")
    }

    private static func reason(_ progress: LeaseMachine.Progress, at now: ContinuousClock.Instant) -> String {
        let time = progress.begun.map { $0.text(until: now) } ?? "0 s"
        let count = progress.discoversSent
        var parts: [String] = []
        if let failure = progress.lastFailure {
            parts.append(failure.description)
        } else if progress.offersReceived > 0 {
            parts.append("an offer was received, the server has not confirmed it yet")
        } else {
            parts.append("no DHCP offer: \(count) DISCOVER\(count == 1 ? "" : "s") sent in \(time)")
        }
        if let ignored = progress.lastIgnored { parts.append(ignored) }
        return parts.joined(separator: "; ")
    }
}

extension ContinuousClock.Instant {
    /// The time from this instant to a later one, in whole seconds.
    func text(until later: ContinuousClock.Instant) -> String {
        duration(to: later).secondsText
    }
}

extension Duration {
    /// Whole seconds, as in `12 s`.
    var secondsText: String { "\(max(components.seconds, 0)) s" }

    /// Seconds and milliseconds, as in `0.214 s`.
    var millisecondsText: String {
        let milliseconds = max(components.seconds, 0) * 1000 + max(components.attoseconds, 0) / 1_000_000_000_000_000
        let rest = String(milliseconds % 1000)
        return "\(milliseconds / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest) s"
    }
}
