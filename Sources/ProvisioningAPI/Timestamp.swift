import FoundationEssentials

/// An instant that is written as RFC 3339 text in UTC with milliseconds: `2026-07-01T12:00:00.250Z`.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The instant.
    public let date: Date

    /// Wraps an instant, cut to the millisecond that its text keeps.
    public init(_ date: Date) {
        self.date = Date(timeIntervalSince1970: (date.timeIntervalSince1970 * 1000).rounded() / 1000)
    }

    /// The wall clock's present instant.
    public static var now: Timestamp { Timestamp(Date()) }

    /// Reads RFC 3339 text with or without a fraction of a second; `nil` for anything else.
    public init?(_ text: String) {
        let whole = Date.ISO8601FormatStyle()
        let fractional = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        guard let date = (try? fractional.parse(text)) ?? (try? whole.parse(text)) else { return nil }
        self.init(date)
    }

    /// RFC 3339 text.
    public var description: String {
        date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// Earlier before later.
    public static func < (left: Self, right: Self) -> Bool { left.date < right.date }
}

extension Timestamp: Codable {
    /// Reads the text form; throws `DecodingError.dataCorrupted` for anything else.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let timestamp = Timestamp(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an RFC 3339 instant")
        }
        self = timestamp
    }

    /// Writes the text form.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
