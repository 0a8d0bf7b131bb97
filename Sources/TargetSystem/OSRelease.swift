/// What an installed system calls itself: os-release(5).
public struct OSRelease: Equatable, Sendable {
    /// All assignments, quotes removed.
    public let values: [String: String]

    /// For people, such as `Debian GNU/Linux 12 (bookworm)`.
    public var prettyName: String {
        values["PRETTY_NAME"] ?? [values["NAME"] ?? "Linux", values["VERSION"] ?? ""].joined(separator: " ")
    }

    /// For programs, such as `debian`.
    public var identifier: String { values["ID"] ?? "linux" }

    /// Reads the file's text.
    public init(_ text: String) {
        var values: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            guard let equals = line.firstIndex(of: "="), line.first != "#" else { continue }
            values[String(line[..<equals])] = Self.unquoted(line[line.index(after: equals)...])
        }
        self.values = values
    }

    /// The shell's quoting, of one word. Control characters are dropped: the text is shown on consoles.
    private static func unquoted(_ value: Substring) -> String {
        var text = ""
        var quote: Character?
        var rest = value
        while let character = rest.popFirst() {
            if character == quote {
                quote = nil
            } else if quote == nil, character == "\"" || character == "'" {
                quote = character
            } else if character == "\\", quote != "'", let escaped = rest.popFirst() {
                text.append(escaped)
            } else {
                text.append(character)
            }
        }
        return String(text.unicodeScalars.filter { $0.properties.generalCategory != .control }.map(Character.init))
    }
}
