import DHCPv4
import NetworkTypes

/// The network as it is now.
public struct NetworkState: Equatable, Sendable, CustomStringConvertible {
    /// One card and what it has.
    public struct CardState: Equatable, Sendable {
        /// The card.
        public let card: NetworkCard
        /// How far it has come.
        public let status: CardStatus
        /// Its addresses.
        public let addresses: [IPPrefix]
        /// Its default router.
        public let gateway: IPAddress?
        /// Whether traffic can leave by it.
        public let isUsable: Bool
        /// Its lease, when it has one.
        public var lease: DHCPLease? {
            if case .leased(let lease) = status { lease } else { nil }
        }
    }

    /// All cards; those with addresses first, in the order in which they became usable.
    public let cards: [CardState]
    /// Name servers in the order in which they are asked; a link-local one with its link, as `fe80::1%eth0`.
    public let nameServers: [String]
    /// Domains for names without a dot.
    public let searchDomains: [String]
    /// Time servers, names or addresses.
    public let ntpServers: [String]

    /// Addresses of this machine, the one that the default route uses first.
    public var addresses: [IPPrefix] { cards.flatMap(\.addresses) }
    /// The default router in use.
    public var gateway: IPAddress? { cards.lazy.compactMap(\.gateway).first }
    /// The domain that the machine is in, as far as it was told.
    public var domain: String? { searchDomains.first }
    /// The card that the default route uses; without one, the first with an address.
    public var primaryCard: NetworkCard? {
        (cards.first { $0.gateway != nil } ?? cards.first { !$0.addresses.isEmpty })?.card
    }

    /// One line per card, then name servers, domains and time servers.
    public var description: String {
        let now = ContinuousClock.now
        var lines = cards.map { state in
            "\(state.card)  \(state.status.reason(at: now))" + (state.gateway.map { ", gateway \($0)" } ?? "")
        }
        if !nameServers.isEmpty {
            lines.append("name servers \(nameServers.joined(separator: " "))")
        }
        if !searchDomains.isEmpty { lines.append("search \(searchDomains.joined(separator: " "))") }
        if !ntpServers.isEmpty { lines.append("time servers \(ntpServers.joined(separator: " "))") }
        return lines.joined(separator: "\n")
    }
}
