import NetworkTypes

/// Something that an operator should know about a lease, or the search for one, while it goes on.
public enum LeaseNotice: Equatable, Sendable, CustomStringConvertible {
    /// The lease's server has not answered the request to renew it; the lease ends after `left`.
    case serverSilent(IPv4Address, for: Duration, left: Duration?)
    /// The lease's server has not answered, so any server is asked from now on.
    case rebinding(IPv4Address, silentFor: Duration, left: Duration?)
    /// The link was away, and no server has said whether the lease still holds. It is kept.
    case unconfirmed(IPv4Address, left: Duration?)
    /// The preferred server has made no offer, so that of another one is taken.
    case preferredServerSilent(IPv4Address, using: IPv4Address)
    /// The address could not be probed or announced by ARP; says why. It is used all the same.
    case unprobed(IPv4Address, String)

    /// One clause without a final full stop.
    public var description: String {
        switch self {
        case .serverSilent(let server, let time, let left):
            "DHCP server \(server) has not renewed the lease for \(Self.seconds(time)); \(Self.end(left))"
        case .rebinding(let server, let time, let left):
            "DHCP server \(server) has not renewed the lease for \(Self.seconds(time)), any other is asked now; "
                + Self.end(left)
        case .unconfirmed(let server, let left):
            "no DHCP server said whether the lease from \(server) still holds here; \(Self.end(left))"
        case .preferredServerSilent(let preferred, let other):
            "the preferred DHCP server \(preferred) made no offer, that of \(other) is taken"
        case .unprobed(let address, let why): "whether another host has \(address) could not be asked: \(why)"
        }
    }

    private static func seconds(_ time: Duration) -> String { "\(time.components.seconds) s" }

    private static func end(_ left: Duration?) -> String {
        left.map { "it ends in \(seconds($0))" } ?? "it never ends"
    }
}
