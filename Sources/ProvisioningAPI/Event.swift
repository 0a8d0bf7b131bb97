/// The body of a call to `EVENT_URL`: something happened in a step.
public struct Event: Codable, Hashable, Sendable {
    /// What kind of thing happened.
    public enum Kind: String, Codable, Hashable, Sendable {
        case stepStarted = "step-started"
        case stepFinished = "step-finished"
        case stepFailed = "step-failed"
        case progress
    }

    /// What kind of thing happened.
    public let type: Kind
    /// The step's name. Text, so that a controller can show the steps of an agent newer than itself.
    public let step: String
    /// One sentence for a person; may be empty.
    public let message: String
    /// Percent of the step that is done, 0 to 100, where that is known.
    public let progress: Int?
    /// When it happened, by the machine's clock.
    public let timestamp: Timestamp

    /// An event. Progress outside 0 to 100 is brought to the nearer end.
    public init(
        _ type: Kind, step: StepName, message: String = "", progress: Int? = nil, timestamp: Timestamp = .now
    ) {
        self.type = type
        self.step = step.rawValue
        self.message = message
        self.progress = progress.map { min(max($0, 0), 100) }
        self.timestamp = timestamp
    }

    /// The same event with another message.
    public func with(message: String) -> Event {
        Event(type: type, step: step, message: message, progress: progress, timestamp: timestamp)
    }

    private init(type: Kind, step: String, message: String, progress: Int?, timestamp: Timestamp) {
        self.type = type
        self.step = step
        self.message = message
        self.progress = progress
        self.timestamp = timestamp
    }

    /// Reads an event; throws `DecodingError.dataCorrupted` when the progress is outside 0 to 100.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        type = try container.decode(Kind.self, forKey: .type)
        step = try container.decode(String.self, forKey: .step)
        message = try container.decodeIfPresent(String.self, forKey: .message) ?? ""
        progress = try container.decodeIfPresent(Int.self, forKey: .progress)
        timestamp = try container.decode(Timestamp.self, forKey: .timestamp)
        if let progress, !(0...100).contains(progress) {
            throw DecodingError.dataCorruptedError(
                forKey: .progress, in: container, debugDescription: "progress must be 0 to 100 or null")
        }
    }

    /// Writes every member; a progress that is not known is written as null, which the contract asks for.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(type, forKey: .type)
        try container.encode(step, forKey: .step)
        try container.encode(message, forKey: .message)
        try container.encode(progress, forKey: .progress)
        try container.encode(timestamp, forKey: .timestamp)
    }

    private enum CodingKeys: String, CodingKey {
        case type, step, message, progress, timestamp
    }
}
