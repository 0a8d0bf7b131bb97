/// One word of a GRUB script before its variables are replaced.
struct GRUBWord: Equatable, Sendable {
    enum Segment: Equatable, Sendable {
        /// Text that stands for itself.
        case literal(String)
        /// A variable's value. Outside double quotes it is split at blanks.
        case variable(String, quoted: Bool)
    }

    var segments: [Segment] = []
    /// Whether any part was quoted or escaped: then the word is no keyword, and it exists even when it is empty.
    var isQuoted = false

    /// The text of a word without quotes and variables, which may be a keyword.
    var keyword: String? {
        guard !isQuoted, segments.count == 1, case .literal(let text)? = segments.first else { return nil }
        return text
    }

    var isEmpty: Bool { segments.isEmpty && !isQuoted }

    mutating func append(literal bytes: [UInt8]) {
        if !bytes.isEmpty { segments.append(.literal(String(decoding: bytes, as: UTF8.self))) }
    }
}

/// One token of a GRUB script.
struct GRUBToken: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
        case word(GRUBWord)
        case openBrace
        case closeBrace
        /// A line end or a semicolon.
        case separator
        /// A quote without its end; the rest of the text belongs to it.
        case unterminatedQuote
    }

    let kind: Kind
    /// The line it begins on, from 1.
    let line: Int
}
