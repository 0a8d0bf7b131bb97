import NetworkTypes

/// What the lease machine wants done, in this order.
public enum LeaseAction: Equatable, Sendable {
    /// Send a message.
    case send(DHCPMessage, to: DHCPDestination)
    /// Ask by ARP whether another host has this address, and hand what comes back to the machine.
    case probe(IPv4Address)
    /// Tell the link by ARP who has this address.
    case announce(IPv4Address)
    /// Call `timerFired` at this time; replaces the time set before.
    case setTimer(ContinuousClock.Instant)
    /// A lease was granted or renewed: use it until it is lost. `expiry`: when it ends; `nil` never. With a lease in use
    /// already this one takes its place: give the link the new address first, then take the earlier one from it, if it
    /// is another.
    case bound(DHCPLease, expiry: ContinuousClock.Instant?)
    /// The lease has ended: stop using its address now. The machine looks for a new one.
    case lost(LeaseFailure)
    /// An attempt came to nothing. The machine goes on by itself.
    case failed(LeaseFailure)
    /// A server's message was passed over; says why.
    case ignored(String)
    /// Something that an operator should know, although nothing has failed yet.
    case notice(LeaseNotice)
}

/// Where a message goes.
public enum DHCPDestination: Equatable, Sendable {
    /// To everyone on the link, from this address (0.0.0.0 without a lease).
    case broadcast(from: IPv4Address)
    /// To a server, by the ordinary routes, from this address.
    case unicast(from: IPv4Address, to: IPv4Address)
}

/// Why a lease was not got, or has ended.
public enum LeaseFailure: Equatable, Sendable, CustomStringConvertible {
    /// The server said no (DHCPNAK), perhaps with a reason.
    case refused(server: IPv4Address?, message: String?)
    /// The server made an offer, and then no longer answered.
    case offerWithdrawn(server: IPv4Address, requests: Int)
    /// The time of the lease is over and no server renewed it.
    case expired(server: IPv4Address)
    /// Another host has the address; the server was told (DHCPDECLINE).
    case addressInUse(IPv4Address, by: MACAddress, server: IPv4Address)

    /// One clause without a final full stop.
    public var description: String {
        switch self {
        case .refused(let server, let message):
            "\(server.map { "DHCP server \($0)" } ?? "a DHCP server") refused the request (NAK)"
                + (message.map { ": \($0)" } ?? "")
        case .offerWithdrawn(let server, let requests):
            "DHCP server \(server) offered an address but answered none of \(requests) REQUESTs"
        case .expired(let server): "the lease from \(server) expired and no server renewed it"
        case .addressInUse(let address, let mac, let server):
            "\(address) from DHCP server \(server) is already in use by \(mac), so it was declined"
        }
    }
}
