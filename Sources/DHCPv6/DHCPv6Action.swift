import NetworkTypes

/// What the machine wants done, in this order.
public enum DHCPv6Action: Equatable, Sendable {
    /// Send a message to all servers on the link.
    case send(DHCPv6Message)
    /// Call `timerFired` at this time; replaces the time set before.
    case setTimer(ContinuousClock.Instant)
    /// A lease was granted, renewed or confirmed: use it until it is lost. `expiry`: when it ends; `nil` never.
    case bound(DHCPv6Lease, expiry: ContinuousClock.Instant?)
    /// The lease has ended: stop using its address now. The machine looks for a new one.
    case lost(DHCPv6Failure)
    /// An attempt came to nothing. The machine goes on by itself.
    case failed(DHCPv6Failure)
    /// A server has told its settings without a lease. `refresh`: when it is asked again; `nil` never.
    case configured(DHCPv6Settings, refresh: ContinuousClock.Instant?)
    /// A server's message was passed over; says why.
    case ignored(String)
}

/// Why a lease was not got, or has ended.
public enum DHCPv6Failure: Equatable, Sendable, CustomStringConvertible {
    /// The server said no.
    case refused(server: IPv6Address, DHCPv6Status)
    /// The server made an offer, and then no longer answered.
    case offerWithdrawn(server: IPv6Address, requests: Int)
    /// The server took the address back before its time.
    case withdrawn(server: IPv6Address)
    /// The time of the lease is over and no server renewed it.
    case expired(server: IPv6Address)
    /// Another machine on the link has the address.
    case duplicate(IPv6Address)

    /// One clause without a final full stop.
    public var description: String {
        switch self {
        case .refused(let server, let status): "DHCPv6 server \(server) refused: \(status)"
        case .offerWithdrawn(let server, let requests):
            "DHCPv6 server \(server) offered an address but answered none of \(requests) REQUESTs"
        case .withdrawn(let server): "DHCPv6 server \(server) took the address back"
        case .expired(let server): "the lease from DHCPv6 server \(server) expired and no server renewed it"
        case .duplicate(let address): "another machine on the link has the address \(address)"
        }
    }
}
