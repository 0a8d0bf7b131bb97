import Diagnostics
import LinuxSystem
import NetworkTypes
import ProvisioningAPI

/// All machines: in memory to be asked, on disk to survive.
actor MachineStore {
    /// A machine with what need not survive.
    struct Entry {
        var machine: StoredMachine
        var revision: UInt64
        var heartbeats = 0
        /// Changed since its record was written.
        var isDirty = false
        /// Calls seen lately, by their `Idempotency-Key`, with what they were answered.
        var answers: [(key: String, status: Int)] = []
        var followers: [Int: AsyncStream<String>.Continuation] = [:]
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { StorageThread.executor }

    let files: MachineFiles
    var entries: [MachineIdentifier: Entry] = [:]
    private var owners: [MACAddress: MachineIdentifier] = [:]
    private var revision: UInt64
    private let firstRevision: UInt64
    private var deletions: [(revision: UInt64, id: String)] = []
    private var nextFollower = 0

    /// Reads what is kept.
    init(files: MachineFiles) throws {
        self.files = files
        // Grows from one start to the next, so that a reader of changes notices that the controller was restarted.
        revision = UInt64(max(Timestamp.now.date.timeIntervalSince1970 * 1000, 0))
        firstRevision = revision
        for machine in try files.loadAll() {
            guard let id = MachineIdentifier(machine.id) else { continue }
            entries[id] = Entry(machine: machine, revision: revision)
            for mac in machine.definition.macs.compactMap({ MACAddress($0) }) { owners[mac] = id }
        }
    }

    /// Defines a machine, or defines it anew.
    ///
    /// - Returns: its token if one was made, and whether the machine is new.
    func define(
        _ id: MachineIdentifier, as definition: MachineDefinition
    ) throws -> (registration: MachineRegistration, isNew: Bool) {
        let definition = try validated(definition, for: id)
        let known = entries[id]
        let token = known == nil || definition.rotateToken == true ? MachineToken.generate() : nil
        var machine: StoredMachine
        if let known {
            machine = known.machine
            machine.redefine(definition, token: token.map { TokenDigest($0) })
        } else {
            guard let token else { throw MachineRefusal.noToken }
            machine = StoredMachine(id: id, definition: definition, token: TokenDigest(token), now: .now)
        }
        try files.save(machine, id: id, durably: true)
        for mac in (known?.machine.definition.macs ?? []).compactMap({ MACAddress($0) }) { owners[mac] = nil }
        for mac in machine.definition.macs.compactMap({ MACAddress($0) }) { owners[mac] = id }
        if known == nil {
            entries[id] = Entry(machine: machine, revision: nextRevision())
            deletions.removeAll { $0.id == id.description }
        } else {
            entries[id]?.machine = machine
            touch(id)
        }
        return (MachineRegistration(id: id.description, token: token?.revealed), known == nil)
    }

    /// Forgets a machine and all that was kept of it.
    func remove(_ id: MachineIdentifier) throws {
        guard let entry = entries.removeValue(forKey: id) else { throw MachineRefusal.unknownMachine }
        for mac in entry.machine.definition.macs.compactMap({ MACAddress($0) }) { owners[mac] = nil }
        for follower in entry.followers.values { follower.finish() }
        deletions.append((nextRevision(), id.description))
        deletions = deletions.suffix(1000)
        try files.remove(id)
    }

    /// Everything about a machine but its log, events and documents.
    func record(_ id: MachineIdentifier) throws -> MachineRecord {
        let entry = try entry(id)
        return MachineRecord(
            summary: summary(entry), definition: entry.machine.definition, history: entry.machine.history,
            createdAt: entry.machine.createdAt, heartbeats: entry.heartbeats)
    }

    /// All machines, or those that changed since a revision.
    func listing(since: UInt64?) -> MachineListing {
        let oldestDeletion = deletions.count < 1000 ? firstRevision : deletions.first?.revision ?? firstRevision
        let base = since.flatMap { $0 >= oldestDeletion && $0 <= revision ? $0 : nil }
        let machines = entries.filter { _, entry in base.map { entry.revision > $0 } ?? true }
            .sorted { $0.key < $1.key }.map { summary($0.value) }
        let deleted = deletions.filter { deletion in base.map { deletion.revision > $0 } ?? false }.map(\.id)
        return MachineListing(revision: revision, complete: base == nil, machines: machines, deleted: deleted)
    }

    /// How many machines stand where.
    func census() -> [MachineState: Int] {
        entries.values.reduce(into: [:]) { $0[$1.machine.state, default: 0] += 1 }
    }

    /// The machine with a MAC address.
    func owner(of mac: MACAddress) -> MachineIdentifier? { owners[mac] }

    /// A machine, for what only reads it.
    func machine(_ id: MachineIdentifier) throws -> StoredMachine { try entry(id).machine }

    /// Makes a token for one boot of an armed machine; `nil` when it is not armed.
    func issueBootToken(_ id: MachineIdentifier) throws -> (machine: StoredMachine, token: Secret<String>)? {
        var entry = try entry(id)
        guard entry.machine.armed else { return nil }
        let token = MachineToken.generate()
        entry.machine.issue(TokenDigest(token), now: .now)
        try files.save(entry.machine, id: id, durably: true)
        entries[id] = entry
        return (entry.machine, token)
    }

    /// Writes the records that changed since they were written last.
    func flush() throws {
        for (id, entry) in entries where entry.isDirty {
            try files.save(entry.machine, id: id, durably: false)
            entries[id]?.isDirty = false
        }
    }

    /// Ends everybody's following, for the shutdown.
    func closeFollowers() {
        for id in entries.keys {
            entries[id]?.followers.values.forEach { $0.finish() }
            entries[id]?.followers = [:]
        }
    }

    /// The newest lines of a machine's log, and those to come.
    func follow(_ id: MachineIdentifier, backlog: Int) throws -> (lines: [String], stream: AsyncStream<String>) {
        _ = try entry(id)
        let text = String(decoding: try files.log(id).contents(), as: UTF8.self)
        let lines = text.split(separator: "\n").suffix(backlog).map(String.init)
        // A reader that falls far behind loses lines, never the controller's memory.
        let (stream, continuation) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingNewest(4096))
        let number = nextFollower
        nextFollower += 1
        entries[id]?.followers[number] = continuation
        continuation.onTermination = { [weak self] _ in
            Task { await self?.unfollow(id, number) }
        }
        return (lines, stream)
    }

    private func unfollow(_ id: MachineIdentifier, _ number: Int) {
        entries[id]?.followers[number] = nil
    }

    func entry(_ id: MachineIdentifier) throws(MachineRefusal) -> Entry {
        guard let entry = entries[id] else { throw .unknownMachine }
        return entry
    }

    /// Notes that a machine changed.
    func touch(_ id: MachineIdentifier) {
        entries[id]?.revision = nextRevision()
    }

    private func nextRevision() -> UInt64 {
        revision += 1
        return revision
    }

    private func summary(_ entry: Entry) -> MachineSummary {
        let machine = entry.machine
        return MachineSummary(
            id: machine.id, state: machine.state, armed: machine.armed, step: machine.step,
            progress: machine.progress, message: machine.message, address: machine.address,
            lastSeen: machine.lastSeen, revision: entry.revision)
    }

    private func validated(_ definition: MachineDefinition, for id: MachineIdentifier) throws -> MachineDefinition {
        if let problem = VarsDocument.problem(in: definition.vars) { throw MachineRefusal.badDefinition(problem) }
        let fileNames: Set = ["meta-data", "user-data", "network-config", "vendor-data"]
        if let name = definition.nocloud.keys.sorted().first(where: { !fileNames.contains($0) }) {
            throw MachineRefusal.badDefinition("\(name.prefix(40)) is no NoCloud file")
        }
        var result = definition
        result.macs = try definition.macs.map { text in
            guard let mac = MACAddress(text), mac != .zero else {
                throw MachineRefusal.badDefinition("\(text.prefix(40)) is no MAC address")
            }
            if let owner = owners[mac], owner != id {
                throw MachineRefusal.addressTaken(mac: mac.description, by: owner.description)
            }
            return mac.description
        }
        return result
    }
}
