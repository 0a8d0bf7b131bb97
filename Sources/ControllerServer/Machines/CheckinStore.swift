import FoundationEssentials
import LinuxSystem
import ProvisioningAPI

/// The check-ins: identifiers that were reserved, and the addresses that were reported under them.
actor CheckinStore {
    nonisolated var unownedExecutor: UnownedSerialExecutor { StorageThread.executor }

    private let path: String
    private var checkins: [String: Checkin]

    /// Reads what is kept below a data directory.
    init(directory: String) throws {
        path = "\(directory)/checkins.json"
        guard let bytes = try AtomicFile.read(path) else {
            checkins = [:]
            return
        }
        do {
            let list = try JSONDecoder().decode([Checkin].self, from: Data(bytes))
            checkins = Dictionary(list.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
        } catch {
            throw UnreadableState(path: path, reason: String(describing: error))
        }
    }

    /// Reserves an identifier. One that is reserved already keeps its addresses.
    func register(_ id: MachineIdentifier) throws {
        guard checkins[id.description] == nil else { return }
        try save { $0[id.description] = Checkin(id: id.description, addresses: [], timestamp: .now) }
    }

    /// Takes the addresses of a machine that checks in.
    ///
    /// - Throws: `MachineRefusal.unknownCheckin` when the identifier is not reserved.
    func update(_ id: MachineIdentifier, addresses: [String]) throws {
        guard checkins[id.description] != nil else { throw MachineRefusal.unknownCheckin }
        try save { $0[id.description] = Checkin(id: id.description, addresses: addresses, timestamp: .now) }
    }

    /// A check-in.
    func checkin(_ id: MachineIdentifier) throws -> Checkin {
        guard let checkin = checkins[id.description] else { throw MachineRefusal.unknownCheckin }
        return checkin
    }

    /// Forgets a check-in.
    func remove(_ id: MachineIdentifier) throws {
        guard checkins[id.description] != nil else { throw MachineRefusal.unknownCheckin }
        try save { $0[id.description] = nil }
    }

    /// Forgets all.
    func removeAll() throws {
        try save { $0 = [:] }
    }

    private func save(_ change: (inout [String: Checkin]) -> Void) throws {
        var changed = checkins
        change(&changed)
        let list = changed.values.sorted { $0.id < $1.id }
        try AtomicFile.write(Array(try JSONEncoder().encode(list)), to: path, durably: true)
        checkins = changed
    }
}
