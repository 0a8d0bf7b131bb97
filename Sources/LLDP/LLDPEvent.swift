/// What a listener has to tell.
public enum LLDPEvent: Equatable, Sendable, CustomStringConvertible {
    /// A neighbour is new on a NIC.
    case found(interface: String, LLDPNeighbour)
    /// A known neighbour tells something else.
    case changed(interface: String, LLDPNeighbour)
    /// A neighbour has gone: it said so, or its time is over.
    case gone(interface: String, LLDPNeighbour, saidSo: Bool)
    /// The NIC's firmware swallowed LLDP, and was told to leave it alone.
    case firmwareAgentStopped(interface: String)
    /// Nothing is heard on a NIC, or its firmware may swallow what comes; why, without a final full stop.
    case trouble(interface: String, String)

    /// One line for a console.
    public var description: String {
        switch self {
        case .found(let interface, let neighbour): "\(interface) is connected to \(neighbour)"
        case .changed(let interface, let neighbour): "\(interface) is now connected to \(neighbour)"
        case .gone(let interface, let neighbour, let saidSo):
            "\(interface) has lost \(neighbour): " + (saidSo ? "the port goes out of service" : "it is silent")
        case .firmwareAgentStopped(let interface): "\(interface): the LLDP agent in its firmware is switched off"
        case .trouble(let interface, let why): "\(interface): no LLDP: \(why)"
        }
    }
}
