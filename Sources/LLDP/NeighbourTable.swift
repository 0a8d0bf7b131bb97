import NetworkTypes

/// Who was heard on which NIC, and for how long that holds: a value, without clock or socket.
struct NeighbourTable {
    /// A hub, or a bridge that forwards LLDP against the rules, shows more neighbours than a cable has ends. Those that
    /// come after this many have to wait until another's time is over.
    static let mostPerInterface = 8

    private struct Key: Hashable {
        let chassis: LLDPIdentifier
        let port: LLDPIdentifier
    }

    private struct Entry {
        var neighbour: LLDPNeighbour
        var reach: LLDPFrame.Reach
        /// The order in which they were first heard.
        let rank: Int
        var expiry: ContinuousClock.Instant
    }

    private struct Place {
        let interface: LLDPInterface
        var entries: [Key: Entry] = [:]
    }

    private var places: [Int32: Place] = [:]
    private var ranksGiven = 0

    /// Keeps a NIC's neighbours from now on; a NIC of the same number is forgotten.
    mutating func add(_ interface: LLDPInterface) {
        places[interface.index] = Place(interface: interface)
    }

    /// Forgets a NIC.
    mutating func remove(_ index: Int32) {
        places[index] = nil
    }

    /// When the next neighbour's time is over.
    var nextExpiry: ContinuousClock.Instant? {
        places.values.lazy.flatMap(\.entries.values).map(\.expiry).min()
    }

    /// Takes what was heard on a NIC.
    mutating func hear(_ frame: LLDPFrame, on index: Int32, at now: ContinuousClock.Instant) -> [LLDPEvent] {
        guard var place = places[index], frame.source != place.interface.mac else { return [] }
        defer { places[index] = place }
        let name = place.interface.name
        let key = Key(chassis: frame.unit.chassisID, port: frame.unit.portID)
        guard !frame.unit.isShutdown else {
            return place.entries.removeValue(forKey: key).map {
                [.gone(interface: name, $0.neighbour, saidSo: true)]
            } ?? []
        }
        let neighbour = LLDPNeighbour(frame.unit)
        let expiry = now + .seconds(Int64(neighbour.ttlSeconds))
        if var entry = place.entries[key] {
            let isSame = neighbour.tellsTheSame(as: entry.neighbour)
            entry.neighbour = neighbour
            entry.reach = min(entry.reach, frame.reach)
            entry.expiry = expiry
            place.entries[key] = entry
            return isSame ? [] : [.changed(interface: name, neighbour)]
        }
        guard place.entries.count < Self.mostPerInterface else { return [] }
        place.entries[key] = Entry(neighbour: neighbour, reach: frame.reach, rank: ranksGiven, expiry: expiry)
        ranksGiven &+= 1
        return [.found(interface: name, neighbour)]
    }

    /// Forgets the neighbours whose time is over.
    mutating func expire(at now: ContinuousClock.Instant) -> [LLDPEvent] {
        var events: [LLDPEvent] = []
        for (index, var place) in places.sorted(by: { $0.key < $1.key }) {
            for (key, entry) in place.entries.sorted(by: { $0.value.rank < $1.value.rank }) where entry.expiry <= now {
                place.entries[key] = nil
                events.append(.gone(interface: place.interface.name, entry.neighbour, saidSo: false))
            }
            places[index] = place
        }
        return events
    }

    /// Per NIC the neighbour at the other end of its cable: of several, one whose frames no bridge forwards, and of
    /// these the one that was heard first.
    var neighbours: [String: LLDPNeighbour] {
        var neighbours: [String: LLDPNeighbour] = [:]
        for place in places.values {
            let nearest = place.entries.values.min { ($0.reach, $0.rank) < ($1.reach, $1.rank) }
            neighbours[place.interface.name] = nearest?.neighbour
        }
        return neighbours
    }
}
