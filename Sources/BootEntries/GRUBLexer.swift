/// Splits a GRUB script into tokens (GRUB manual, "Writing full configuration files directly", sections on quoting and
/// on words and operators).
///
/// Operators that GRUB does not implement (`|`, `&`, `<`, `>`) are taken as ordinary characters.
struct GRUBLexer {
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1

    /// All tokens of a script.
    static func tokens(of script: [UInt8]) -> [GRUBToken] {
        var lexer = GRUBLexer(bytes: script)
        var tokens: [GRUBToken] = []
        while let token = lexer.next() { tokens.append(token) }
        return tokens
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private func peek(_ distance: Int = 0) -> UInt8? {
        let index = position + distance
        return index < bytes.count ? bytes[index] : nil
    }

    private mutating func advance() -> UInt8? {
        guard let byte = peek() else { return nil }
        position += 1
        if byte == UInt8(ascii: "\n") { line += 1 }
        return byte
    }

    private mutating func next() -> GRUBToken? {
        skipBlanks()
        let start = line
        switch peek() {
        case nil:
            return nil
        case UInt8(ascii: "\n"), UInt8(ascii: ";"):
            _ = advance()
            return GRUBToken(kind: .separator, line: start)
        case UInt8(ascii: "{"):
            _ = advance()
            return GRUBToken(kind: .openBrace, line: start)
        case UInt8(ascii: "}"):
            _ = advance()
            return GRUBToken(kind: .closeBrace, line: start)
        default:
            guard let word = word() else { return GRUBToken(kind: .unterminatedQuote, line: start) }
            // A word can come to nothing, such as a backslash before the end of the file.
            return word.isEmpty ? next() : GRUBToken(kind: .word(word), line: start)
        }
    }

    /// Blanks, comments and continued lines.
    private mutating func skipBlanks() {
        while let byte = peek() {
            if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r") || byte == 0 {
                _ = advance()
            } else if byte == UInt8(ascii: "\\"), peek(1) == UInt8(ascii: "\n") {
                _ = advance()
                _ = advance()
            } else if byte == UInt8(ascii: "#") {
                while let next = peek(), next != UInt8(ascii: "\n") { _ = advance() }
            } else {
                return
            }
        }
    }

    /// The word that begins here; `nil` when a quote in it has no end.
    private mutating func word() -> GRUBWord? {
        var word = GRUBWord()
        var text: [UInt8] = []
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: ";"),
                UInt8(ascii: "{"), UInt8(ascii: "}"), 0:
                word.append(literal: text)
                return word
            case UInt8(ascii: "\\"):
                _ = advance()
                guard let escaped = advance() else { break }
                if escaped != UInt8(ascii: "\n") {
                    text.append(escaped)
                    word.isQuoted = true
                }
            case UInt8(ascii: "'"):
                _ = advance()
                word.isQuoted = true
                guard let quoted = singleQuoted() else { return nil }
                text += quoted
            case UInt8(ascii: "\""):
                _ = advance()
                word.isQuoted = true
                guard doubleQuoted(into: &word, &text) else { return nil }
            case UInt8(ascii: "$"):
                _ = advance()
                // `$"…"` is a string for translation.
                if peek() != UInt8(ascii: "\"") { variable(into: &word, &text, quoted: false) }
            default:
                _ = advance()
                text.append(byte)
            }
        }
        word.append(literal: text)
        return word
    }

    private mutating func singleQuoted() -> [UInt8]? {
        var text: [UInt8] = []
        while let byte = advance() {
            if byte == UInt8(ascii: "'") { return text }
            text.append(byte)
        }
        return nil
    }

    private mutating func doubleQuoted(into word: inout GRUBWord, _ text: inout [UInt8]) -> Bool {
        while let byte = advance() {
            switch byte {
            case UInt8(ascii: "\""):
                return true
            case UInt8(ascii: "\\"):
                switch peek() {
                case UInt8(ascii: "\n"):
                    _ = advance()
                case UInt8(ascii: "$"), UInt8(ascii: "\""), UInt8(ascii: "\\"):
                    if let escaped = advance() { text.append(escaped) }
                default:
                    text.append(byte)
                }
            case UInt8(ascii: "$"):
                variable(into: &word, &text, quoted: true)
            default:
                text.append(byte)
            }
        }
        return false
    }

    /// A variable after its `$`: `name`, `{name}`, or one of `1`, `?`, `@`, `*`, `#`. Anything else leaves the `$`.
    private mutating func variable(into word: inout GRUBWord, _ text: inout [UInt8], quoted: Bool) {
        var length = 0
        var braces = 0
        if peek() == UInt8(ascii: "{") { braces = 1 }
        if let first = peek(braces), "?@*#".utf8.contains(first) {
            length = 1
        } else {
            while let byte = peek(braces + length), isNameByte(byte) { length += 1 }
        }
        guard length > 0, braces == 0 || peek(braces + length) == UInt8(ascii: "}") else {
            text.append(UInt8(ascii: "$"))
            return
        }
        let name = String(decoding: bytes[(position + braces)..<(position + braces + length)], as: UTF8.self)
        position += length + 2 * braces
        word.append(literal: text)
        text = []
        word.segments.append(.variable(name, quoted: quoted))
    }

    private func isNameByte(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
