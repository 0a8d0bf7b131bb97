import DHCPv4
import NetworkTypes

/// Something to tell the operator while the network comes up, and later.
public enum NetworkEvent: Equatable, Sendable, CustomStringConvertible {
    /// A card appeared.
    case found(NetworkCard)
    /// A card is of no use yet, or never will be; says why.
    case trouble(nic: String, String)
    /// A card sees a carrier, this long after it was started.
    case carrier(nic: String, after: Duration)
    /// A card has lost its carrier.
    case carrierLost(nic: String)
    /// A lease was granted and is in use, this long after the carrier came.
    case leased(nic: String, DHCPLease, after: Duration)
    /// A lease was renewed.
    case renewed(nic: String, DHCPLease)
    /// A lease has ended; its address is no longer used.
    case leaseLost(nic: String, LeaseFailure)
    /// A fixed address is in use.
    case fixed(nic: String, [IPPrefix], gateway: IPAddress?)
    /// Addresses of IPv6 that routers or a DHCP server gave are in use.
    case automatic(nic: String, [IPPrefix])
    /// A card has gone.
    case gone(NetworkCard)
    /// Something of no consequence for the rest went wrong.
    case warning(String)
    /// Nothing is usable yet: what each card is waiting for, one line each.
    case waiting(elapsed: Duration, cards: [String])

    /// One sentence, or for `waiting` one line per card.
    public var description: String {
        switch self {
        case .found(let card):
            "\(card.title): found, \(card.driver ?? "driver unknown") at \(card.busAddress ?? "unknown place"), \(card.mac)"
        case .trouble(let nic, let why): "\(nic): \(why)"
        case .carrier(let nic, let time): "\(nic): carrier after \(time.millisecondsText)"
        case .carrierLost(let nic): "\(nic): carrier lost"
        case .leased(let nic, let lease, let time):
            "\(nic): \(lease.address) from \(lease.server) after \(time.millisecondsText), "
                + "\(lease.gateway.map { "gateway \($0)" } ?? "no gateway"), "
                + (lease.leaseSeconds.map { "for \($0) s" } ?? "for ever")
        case .renewed(let nic, let lease):
            "\(nic): lease of \(lease.address) renewed by \(lease.server)"
                + (lease.leaseSeconds.map { " for \($0) s" } ?? "")
        case .leaseLost(let nic, let why): "\(nic): \(why)"
        case .fixed(let nic, let addresses, let gateway):
            "\(nic): fixed address \(addresses.map(\.description).joined(separator: " and ")), "
                + (gateway.map { "gateway \($0)" } ?? "no gateway")
        case .automatic(let nic, let addresses):
            "\(nic): \(addresses.map(\.description).joined(separator: " and ")) by IPv6 autoconfiguration"
        case .gone(let card): "\(card.title): gone"
        case .warning(let text): text
        case .waiting(let elapsed, let cards):
            (["no network yet after \(elapsed.secondsText)"] + cards.map { "  \($0)" }).joined(separator: "\n")
        }
    }
}
