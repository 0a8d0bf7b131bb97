import Diagnostics
import FoundationEssentials
import NetworkTypes
import ProvisioningAPI

/// What a call from an agent carries beside its body.
struct AgentCall: Sendable {
    let machine: MachineIdentifier
    let token: Secret<String>?
    let peer: IPAddress?
    let idempotencyKey: String?
}

/// The agents' side of the store. Each call is checked, applied and answered in one go.
extension MachineStore {
    /// Checks a call's token.
    ///
    /// - Throws: `MachineRefusal.unknownMachine`, `.noToken`.
    func admit(_ call: AgentCall, for use: TokenUse) throws(MachineRefusal) {
        let entry = try entry(call.machine)
        guard let token = call.token, entry.machine.accepts(token, for: use, now: .now) else { throw .noToken }
        entries[call.machine]?.machine.lastSeen = .now
        if let peer = call.peer { entries[call.machine]?.machine.address = peer.description }
        entries[call.machine]?.isDirty = true
        touch(call.machine)
    }

    /// A call to `status/init`, `status/success` or `status/error`.
    ///
    /// - Returns: the status to answer with.
    func report(_ kind: StatusReport.Kind, _ text: String, _ call: AgentCall) throws -> Int {
        try admit(call, for: kind == .`init` ? .order : .report)
        return try once(call) {
            var entry = try entry(call.machine)
            let answer = entry.machine.report(kind, text, now: .now)
            entry.isDirty = false
            // What the next boot does hangs on this: it is on disk before the machine hears of it.
            try files.save(entry.machine, id: call.machine, durably: true)
            entries[call.machine] = entry
            return answer
        }
    }

    /// A call to `log`: whole lines.
    ///
    /// - Returns: how many lines there were.
    func appendLog(_ text: String, _ call: AgentCall) throws -> Int {
        try admit(call, for: .report)
        let lines = text.split(separator: "\n").map { Self.printable($0) }
        guard let last = lines.last else { return 0 }
        _ = try once(call) {
            try files.log(call.machine).append(Array((lines.joined(separator: "\n") + "\n").utf8))
            guard let entry = entries[call.machine] else { return 204 }
            for follower in entry.followers.values {
                for line in lines { follower.yield(line) }
            }
            if entry.machine.state != .failed { entries[call.machine]?.machine.message = String(last.prefix(300)) }
            return 204
        }
        return lines.count
    }

    /// A call to `events`.
    func record(_ event: Event, _ call: AgentCall) throws {
        try admit(call, for: .report)
        _ = try once(call) {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            try files.events(call.machine).append(Array(try encoder.encode(event)) + [UInt8(ascii: "\n")])
            entries[call.machine]?.machine.record(event)
            return 204
        }
    }

    /// A call to `heartbeat`.
    func heartbeat(_ call: AgentCall) throws {
        try admit(call, for: .report)
        entries[call.machine]?.heartbeats += 1
    }

    /// A call whose body replaces that of the one before it.
    func keep(_ bytes: [UInt8], as document: MachineFiles.Document, _ call: AgentCall) throws {
        try admit(call, for: .report)
        try AtomicFile.write(bytes, to: files.document(document, call.machine), durably: false)
    }

    /// The newest body of such a call; `nil` when there was none.
    func document(_ document: MachineFiles.Document, of id: MachineIdentifier) throws -> [UInt8]? {
        _ = try entry(id)
        return try AtomicFile.read(files.document(document, id))
    }

    /// The log as far as it is kept.
    func log(of id: MachineIdentifier) throws -> [UInt8] {
        _ = try entry(id)
        return try files.log(id).contents()
    }

    /// The events as far as they are kept, oldest first, one JSON object a line.
    func events(of id: MachineIdentifier) throws -> [UInt8] {
        _ = try entry(id)
        return try files.events(id).contents()
    }

    /// Applies a call unless it is the repetition of one; that is answered as the first one was.
    private func once(_ call: AgentCall, _ apply: () throws -> Int) throws -> Int {
        guard let key = call.idempotencyKey, key.utf8.count <= 200 else { return try apply() }
        if let known = entries[call.machine]?.answers.first(where: { $0.key == key }) { return known.status }
        let status = try apply()
        entries[call.machine]?.answers.append((key, status))
        if let answers = entries[call.machine]?.answers, answers.count > 128 {
            entries[call.machine]?.answers.removeFirst(answers.count - 128)
        }
        return status
    }

    /// A line without control characters, which would reach the terminal of whoever reads the log.
    private static func printable(_ line: Substring) -> String {
        var text = String.UnicodeScalarView()
        for scalar in line.unicodeScalars where scalar.value != 0x0d {
            text.append(scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) ? " " : scalar)
        }
        return String(text)
    }
}
