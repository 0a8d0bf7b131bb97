import FoundationEssentials

/// An order that a machine fetches from `COMMANDS_URL` while it stands by.
public struct Command: Codable, Hashable, Sendable {
    /// Identifies the command in its acknowledgement.
    public var id: String
    /// `provision`, `deprovision`, `reboot`, `health-check`, `inspect` or `retry`; others are to be refused.
    public var type: String
    /// What the command carries; its meaning depends on the type. Base64 in JSON.
    public var payload: Data

    /// A command.
    public init(id: String, type: String, payload: Data = Data()) {
        self.id = id
        self.type = type
        self.payload = payload
    }

    /// Reads a command; the names of its members match in any case.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: AnyCaseKey.self)
        func key(_ name: String) -> AnyCaseKey {
            container.allKeys.first { $0.stringValue.lowercased() == name } ?? AnyCaseKey(stringValue: name)
        }
        id = try container.decode(String.self, forKey: key("id"))
        type = try container.decode(String.self, forKey: key("type"))
        payload = try container.decodeIfPresent(Data.self, forKey: key("payload")) ?? Data()
    }

    /// Writes a command with the names that the Go agent expects: `ID`, `Type`, `Payload`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: AnyCaseKey.self)
        try container.encode(id, forKey: AnyCaseKey(stringValue: "ID"))
        try container.encode(type, forKey: AnyCaseKey(stringValue: "Type"))
        try container.encode(payload, forKey: AnyCaseKey(stringValue: "Payload"))
    }

    private struct AnyCaseKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

/// The answer to a command, for `COMMANDS_URL/ack`.
public struct CommandAcknowledgement: Codable, Hashable, Sendable {
    /// How the command ended.
    public enum Status: String, Codable, Hashable, Sendable {
        case completed, failed
    }

    /// The command's identifier.
    public var id: String
    /// How it ended.
    public var status: Status
    /// Why it failed, or what it did, in one sentence.
    public var message: String?

    /// An acknowledgement.
    public init(id: String, status: Status, message: String? = nil) {
        self.id = id
        self.status = status
        self.message = message
    }
}
