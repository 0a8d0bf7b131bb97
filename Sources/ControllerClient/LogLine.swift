import Diagnostics
import Logging

/// One log entry as it travels: `[LEVEL] message key=value`, without the line end.
struct LogLine {
    /// The line. Control characters become blanks or escapes: one entry is always one line.
    let text: String

    init(_ level: Logger.Level, _ message: String, metadata: [(key: String, value: String)], scrubber: SecretScrubber) {
        // Scrubbed as it came, because escaping may tear a secret apart, and once more as it goes.
        var line = "[\(level.rawValue.uppercased())] \(Self.escaped(scrubber.scrub(message)))"
        for (key, value) in metadata {
            line += " \(key)=\(Self.quoted(scrubber.scrub(value)))"
        }
        text = scrubber.scrub(line)
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += " "
            default:
                if scalar.value < 0x20 || scalar.value == 0x7f || scalar.value == 0x2028 || scalar.value == 0x2029 {
                    result += "\\u{\(String(scalar.value, radix: 16))}"
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result
    }

    private static func quoted(_ value: String) -> String {
        let text = escaped(value)
        guard text.isEmpty || text.contains(where: { $0 == " " || $0 == "\"" || $0 == "=" }) else { return text }
        return "\"" + text.replacing("\"", with: "\\\"") + "\""
    }
}
