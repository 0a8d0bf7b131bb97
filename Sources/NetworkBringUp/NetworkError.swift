import Diagnostics
import Netlink

/// Why there is no network. Every card is named with its own reason.
public enum NetworkError: ExplainedError, Equatable {
    /// No card became usable in time. `cards`: one line each.
    case timedOut(after: Duration, cards: [String])
    /// There is no card at all. `undriven`: network devices on a bus that no driver has taken.
    case noCard(after: Duration, undriven: [UndrivenDevice])
    /// None of the cards is the one that the configuration names. `cards`: those that there are.
    case noSuchCard(wanted: String, after: Duration, cards: [String])
    /// Cards are usable, but none of the servers answers. `servers` and `cards`: one line each.
    case unreachable(servers: [String], after: Duration, cards: [String])
    /// The kernel's network interface could not be used at all.
    case kernel(String)
    /// Whoever asked for the network no longer wants it.
    case cancelled

    /// The failure in one sentence without the list of cards.
    public var summary: String {
        switch self {
        case .timedOut(let time, let cards):
            "no network after \(time.secondsText): none of \(cards.count) network card\(cards.count == 1 ? "" : "s") "
                + "became usable"
        case .noCard(let time, let undriven):
            "no network card appeared in \(time.secondsText)"
                + (undriven.isEmpty
                    ? ", and the buses show no network device" : "; network devices without a driver are listed below")
        case .noSuchCard(let wanted, let time, let cards):
            "\(wanted) did not appear in \(time.secondsText) (\(cards.count) other card\(cards.count == 1 ? "" : "s"))"
        case .unreachable(let servers, let time, _):
            "the controller does not answer after \(time.secondsText): \(servers.joined(separator: "; "))"
        case .kernel(let why): "the network cannot be set up: \(why)"
        case .cancelled: "bringing up the network was stopped"
        }
    }

    /// One line per card, or per device without a driver.
    public var details: [String] {
        switch self {
        case .timedOut(_, let cards), .noSuchCard(_, _, let cards), .unreachable(_, _, let cards): cards
        case .noCard(_, let undriven): undriven.map(\.description)
        case .kernel, .cancelled: []
        }
    }

    /// The sentence, then one line per card.
    public var description: String {
        ([summary] + details.map { "  \($0)" }).joined(separator: "\n")
    }

    /// What to try.
    public var advice: String {
        switch self {
        case .timedOut:
            "check cable, switch port and VLAN of the card that should be used, and that a DHCP server answers there; "
                + "or set STATIC_IP"
        case .noCard(_, let undriven):
            undriven.isEmpty
                ? "check that the machine has a network card and that the firmware has not disabled it"
                : "add the kernel module (and firmware) of these devices to the initramfs"
        case .noSuchCard: "name one of the cards above, by its name or MAC address"
        case .unreachable:
            "check address, gateway, VLAN and name servers, and that the controller can be reached from that network"
        case .kernel: "run as root, with a kernel that has networking"
        case .cancelled: ""
        }
    }
}
