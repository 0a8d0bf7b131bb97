/// Finds what must never be shown in values, be they valid or not.
public enum SecretParts {
    /// A secret value; and, when it still has its quotes because its line could not be read, what lies between them.
    static func ofText(_ text: String) -> [String] {
        [text] + text.split(whereSeparator: { "\"'".contains($0) }).map(String.init)
    }

    /// A header's value, and without its scheme when it is a credential: `Bearer abc`.
    static func ofHeader(_ field: HeaderField) -> [String] {
        let words = field.value.split(separator: " ", maxSplits: 1)
        return [field.value] + (words.count == 2 ? words.suffix(1).map(String.init) : [])
    }

    /// User information, its password, and the values of the query, each also with its percent-encoding undone.
    public static func ofURL(_ text: String) -> [String] {
        let start = text.firstRange(of: "://")?.upperBound ?? text.startIndex
        let beforeQuery = text[start...].prefix { $0 != "?" }
        var parts: [String] = []
        if let at = beforeQuery.lastIndex(of: "@") {
            let information = beforeQuery[..<at]
            parts.append(String(information))
            if let colon = information.firstIndex(of: ":") {
                parts.append(String(information[information.index(after: colon)...]))
            }
        }
        for field in text[beforeQuery.endIndex...].dropFirst().split(separator: "&") {
            let value = field.firstIndex(of: "=").map { field[field.index(after: $0)...] } ?? field
            parts.append(String(value))
        }
        return parts.filter { !$0.isEmpty }.flatMap { [$0, percentDecoded($0)] }
    }

    static func percentDecoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2, digits.allSatisfy(isHexDigit),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
