/// The text of a `/deploy/vars` file, key by key.
public struct VarsText: Sendable, ExpressibleByDictionaryLiteral {
    private var values: [String: String] = [:]

    /// Keys and values.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (key, value) in elements { values[key] = value }
    }

    /// The value of a key; `nil` leaves the key out.
    public subscript(key: String) -> String? {
        get { values[key] }
        set { values[key] = newValue }
    }

    /// The same with other keys added or replaced.
    public func merging(_ other: VarsText) -> VarsText {
        var merged = self
        merged.values.merge(other.values) { _, new in new }
        return merged
    }

    /// The same with a part of every value replaced, such as a host's address.
    public func replacing(_ part: String, with other: String) -> VarsText {
        var replaced = self
        replaced.values = values.mapValues { $0.replacing(part, with: other) }
        return replaced
    }

    /// `KEY="value"` lines, sorted by key, with the escapes of double quotes.
    public var text: String {
        values.sorted { $0.key < $1.key }.map { key, value in
            var quoted = ""
            for character in value {
                if "\"\\$`".contains(character) { quoted.append("\\") }
                quoted.append(character)
            }
            return "\(key)=\"\(quoted)\"\n"
        }.joined()
    }
}
