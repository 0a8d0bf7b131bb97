import DHCPv4
import Netlink
import NetworkConfiguration
import NetworkTypes

/// What a link has, and how far it has come, for those who ask.
extension LinkRunner {
    /// Whether it has an address of any kind.
    var hasAddress: Bool {
        fixed?.addresses.isEmpty == false || ipv6?.addresses.isEmpty == false || lease?.plan != nil
    }

    /// Whether traffic can leave by this link. A link-local lease (RFC 3927) does not count: management controllers
    /// offer one on their internal USB network.
    var isUsable: Bool {
        fixed?.addresses.isEmpty == false || ipv6?.addresses.isEmpty == false
            || lease?.plan.map { !$0.isLinkLocal } == true
    }

    /// Whether its default route comes before all others because the controller answers there.
    var isPreferred: Bool { rank == NetworkEngine.preferredRank }

    /// Its addresses, those that were configured first.
    var addresses: [IPPrefix] {
        (fixed?.addresses ?? []) + (lease?.plan?.addresses ?? []).map(\.prefix) + (ipv6?.addresses ?? [])
    }

    /// Its default router.
    var gateway: IPAddress? { fixed?.plan?.gateway ?? lease?.plan?.gateway }

    /// The name servers that belong to it.
    var nameServers: [String] {
        ((role.configuration?.addressing.nameServers ?? []) + (lease?.nameServers ?? [])).map(\.description)
            + (ipv6?.nameServers ?? [])
    }

    /// The domains that belong to it.
    var searchDomains: [String] {
        (role.configuration?.addressing.searchDomains ?? []) + (lease?.searchDomains ?? [])
            + (ipv6?.searchDomains ?? [])
    }

    /// The time servers that belong to it.
    var ntpServers: [String] { (lease?.ntpServers ?? []) + (ipv6?.ntpServers ?? []) }

    /// What is to be read.
    var inputs: [Int32] {
        (lease?.client.descriptors ?? []).map(\.rawValue) + (ipv6?.server?.descriptors ?? [])
    }

    /// Whether the configuration leaves it to others: it can be tried by DHCP when that has failed.
    var isFree: Bool {
        guard !card.isVirtual else { return false }
        return role == .candidate || !status.isUsed
    }

    /// How far it has come.
    var status: CardStatus {
        switch phase {
        case .starting: return .starting(since: since)
        case .cannotStart(let why): return .cannotStart(why)
        case .noCarrier: return .noCarrier(since: since, because: engineReason ?? wire)
        case .noPartner(let why): return .noPartner(since: partnerSince ?? since, why)
        case .member: return memberStatus
        case .failed(let why): return .failed(why)
        case .unused(let why): return .unused(why)
        case .ready: break
        }
        if let lease = lease?.lease { return .leased(lease) }
        if let addresses = fixed?.addresses, !addresses.isEmpty { return .fixed(addresses) }
        if let ipv6, !ipv6.addresses.isEmpty { return .automatic(ipv6.addresses) }
        if let lease { return .searching(lease.client.progress) }
        if ipv6 != nil { return .awaitingRouter(since: carrierSince ?? since) }
        return .carrying(carriedNames)
    }

    /// Whether it waits for somebody to answer, and nothing at all has come in for some time.
    var isDeaf: Bool {
        guard let carrierSince, carrierSince.duration(to: .now) > Self.deafAfter,
            link.receivedPackets == packetsAtCarrier
        else { return false }
        return switch status {
        case .searching, .awaitingRouter, .noPartner: true
        default: false
        }
    }

    private static let deafAfter: Duration = .seconds(5)

    private var memberStatus: CardStatus {
        guard case .member(_, let master) = role else { return .unused("its bond is gone") }
        return .member(of: master, link.isRunning ? link.bondMember?.aggregation : "no carrier")
    }
}
