import FoundationEssentials
import Glibc
import LinuxSystem
import ProvisioningAPI
import SystemPackage

/// Where a controller keeps what it knows: a directory per machine, in formats that a person can read.
struct MachineFiles: Sendable {
    let root: String
    let logLimit: Int
    let eventLimit: Int

    /// The newest body of a call that replaces the one before it.
    enum Document: String, Sendable {
        case inventory = "inventory.json"
        case health = "health.json"
        case metrics = "metrics.json"
        case debug = "debug.gz"
        case plainDebug = "debug.txt"
    }

    /// Makes the directories.
    init(root: String, logLimit: Int, eventLimit: Int) throws(SystemCallError) {
        self.root = root
        self.logLimit = logLimit
        self.eventLimit = eventLimit
        try Files.makeDirectories(machines, mode: 0o700)
    }

    /// All machines that are kept. One whose record cannot be read is an error: it must not be taken for a new one.
    func loadAll() throws -> [StoredMachine] {
        try Files.list(machines).compactMap { name in
            guard let id = MachineIdentifier(name), let bytes = try AtomicFile.read(record(id)) else { return nil }
            do {
                return try JSONDecoder().decode(StoredMachine.self, from: Data(bytes))
            } catch {
                throw UnreadableState(path: record(id), reason: String(describing: error))
            }
        }
    }

    /// Writes a machine's record.
    func save(_ machine: StoredMachine, id: MachineIdentifier, durably: Bool) throws {
        try Files.makeDirectories(directory(id), mode: 0o700)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.write(Array(try encoder.encode(machine)), to: record(id), durably: durably)
    }

    /// Removes a machine and all that was kept of it.
    func remove(_ id: MachineIdentifier) throws(SystemCallError) {
        let directory = directory(id)
        // The record goes first: what is left of a removal that was cut short is no machine.
        let names = try Files.list(directory).sorted { first, _ in first == "machine.json" }
        for name in names { try systemCall("unlink", "\(directory)/\(name)") { unlink("\(directory)/\(name)") } }
        try systemCall("rmdir", directory) { rmdir(directory) }
    }

    func log(_ id: MachineIdentifier) -> BoundedFile { BoundedFile(path: "\(directory(id))/log", limit: logLimit) }

    func events(_ id: MachineIdentifier) -> BoundedFile {
        BoundedFile(path: "\(directory(id))/events.jsonl", limit: eventLimit)
    }

    func document(_ document: Document, _ id: MachineIdentifier) -> String { "\(directory(id))/\(document.rawValue)" }

    private var machines: String { "\(root)/machines" }

    private func directory(_ id: MachineIdentifier) -> String { "\(machines)/\(id)" }

    private func record(_ id: MachineIdentifier) -> String { "\(directory(id))/machine.json" }
}

/// A file of the data directory that is not what this controller writes.
struct UnreadableState: Error, CustomStringConvertible {
    let path: String
    let reason: String

    var description: String { "the record \(path) cannot be read: \(reason)" }
}
