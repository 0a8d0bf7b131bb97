/// Where a machine stands: the meaning of its latest call.
public enum MachineState: String, CaseIterable, Codable, Hashable, Sendable {
    /// It has not called yet.
    case waiting
    /// It reported that it started.
    case running
    /// It reported that it completed.
    case succeeded
    /// It reported an error.
    case failed
    /// It waits for commands.
    case standby
}

/// One call to `status/init`, `status/success` or `status/error`.
public struct StatusReport: Codable, Hashable, Sendable {
    /// Which of the three.
    public enum Kind: String, Codable, Hashable, Sendable {
        case `init`, success, error
    }

    /// Which of the three.
    public var kind: Kind
    /// The body, as it came.
    public var text: String
    /// When the controller received it.
    public var timestamp: Timestamp
    /// What the controller answered; 409 when it sent the machine away.
    public var answer: Int

    /// A report.
    public init(kind: Kind, text: String, timestamp: Timestamp, answer: Int) {
        self.kind = kind
        self.text = text
        self.timestamp = timestamp
        self.answer = answer
    }
}

/// A machine in a list: enough to show where it stands.
public struct MachineSummary: Codable, Hashable, Sendable {
    /// The machine's identifier.
    public var id: String
    /// Where it stands.
    public var state: MachineState
    /// Whether its next boot carries out its definition.
    public var armed: Bool
    /// The step it was last heard from; empty before the first event.
    public var step: String
    /// Percent of that step that is done, where known.
    public var progress: Int?
    /// The newest line of its log, or the newest error; empty when there is none.
    public var message: String
    /// The IP address it called from.
    public var address: String
    /// When it last called; absent before the first call.
    public var lastSeen: Timestamp?
    /// Grows with every change of any machine: what has changed since a revision has a greater one.
    public var revision: UInt64

    /// A summary.
    public init(
        id: String, state: MachineState, armed: Bool, step: String = "", progress: Int? = nil, message: String = "",
        address: String = "", lastSeen: Timestamp? = nil, revision: UInt64 = 0
    ) {
        self.id = id
        self.state = state
        self.armed = armed
        self.step = step
        self.progress = progress
        self.message = message
        self.address = address
        self.lastSeen = lastSeen
        self.revision = revision
    }
}

/// The answer to `GET /api/v1/machines[?since=REVISION]`.
public struct MachineListing: Codable, Hashable, Sendable {
    /// Give this as `since` in the next call.
    public var revision: UInt64
    /// Whether `machines` are all there are; otherwise only those that changed since.
    public var complete: Bool
    /// Machines, ordered by identifier.
    public var machines: [MachineSummary]
    /// Identifiers that were deleted since.
    public var deleted: [String]

    /// A listing.
    public init(revision: UInt64, complete: Bool, machines: [MachineSummary], deleted: [String]) {
        self.revision = revision
        self.complete = complete
        self.machines = machines
        self.deleted = deleted
    }
}

/// The answer to `GET /api/v1/machines/{id}`.
public struct MachineRecord: Codable, Hashable, Sendable {
    /// Where the machine stands.
    public var summary: MachineSummary
    /// What it is to become.
    public var definition: MachineDefinition
    /// Its newest calls to the status endpoints, oldest first.
    public var history: [StatusReport]
    /// When it was first defined.
    public var createdAt: Timestamp
    /// How many heartbeats were received since the controller started.
    public var heartbeats: Int

    /// A record.
    public init(
        summary: MachineSummary, definition: MachineDefinition, history: [StatusReport], createdAt: Timestamp,
        heartbeats: Int
    ) {
        self.summary = summary
        self.definition = definition
        self.history = history
        self.createdAt = createdAt
        self.heartbeats = heartbeats
    }
}

/// The body of every answer that is an error.
public struct ErrorMessage: Codable, Hashable, Sendable {
    /// What is wrong, in one sentence.
    public var message: String

    /// An error's body.
    public init(message: String) {
        self.message = message
    }
}
