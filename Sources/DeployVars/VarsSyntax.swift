/// One `KEY=value` line.
struct Assignment: Equatable, Sendable {
    /// Counted from 1.
    let line: Int
    /// The name as it was spelled.
    let name: String
    let value: String
}

/// What stands on the lines of `/deploy/vars`, before any key is known.
///
/// The file is data: quotes and four escapes are understood, nothing is ever expanded or run.
struct VarsSyntax: Equatable, Sendable {
    private(set) var assignments: [Assignment] = []
    /// Lines that are no assignment. Their text is never repeated: it may be part of a secret.
    private(set) var problems: [VarsProblem] = []
    /// Whether a quote stayed open: then what follows may be the rest of a secret.
    private(set) var hasOpenQuote = false
    /// Values that could not be read: kept only to be scrubbed.
    private(set) var fragments: [Assignment] = []

    init(_ bytes: [UInt8]) {
        let body = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? bytes.dropFirst(3) : bytes[...]
        let lines = body.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            read(line.last == UInt8(ascii: "\r") ? line.dropLast() : line, number: index + 1)
        }
    }

    private mutating func read(_ bytes: ArraySlice<UInt8>, number: Int) {
        let text = bytes.drop(while: isBlank)
        guard let first = text.first, first != UInt8(ascii: "#") else { return }
        guard let equals = text.firstIndex(of: UInt8(ascii: "=")) else {
            return fail(number, nil, bytes.contains(0) ? "holds a NUL byte" : "has no \"=\"")
        }
        var name = text[..<equals]
        let export = Array("export".utf8)
        if name.starts(with: export), let next = name.dropFirst(export.count).first, isBlank(next) {
            name = name.dropFirst(export.count).drop(while: isBlank)
        }
        guard let head = name.first, !isDigit(head), name.allSatisfy(isNameByte) else {
            return fail(number, nil, "has no valid key before \"=\" (letters, digits and underscores, no blanks)")
        }
        let key = String(decoding: name, as: UTF8.self)
        let rest = text[text.index(after: equals)...]
        let outcome = bytes.contains(0) ? .failure(.nul) : Self.value(rest)
        switch outcome {
        case .success(let value):
            guard let value = String(validating: value, as: UTF8.self) else {
                return fail(number, key, "is not UTF-8", rest)
            }
            assignments.append(Assignment(line: number, name: key, value: value))
        case .failure(let reason):
            if reason == .openQuote { hasOpenQuote = true }
            fail(number, key, reason.rawValue, rest)
        }
    }

    private mutating func fail(_ line: Int, _ name: String?, _ reason: String, _ value: ArraySlice<UInt8> = []) {
        problems.append(VarsProblem(line: line, key: name.flatMap { VarsKey(name: $0) }, reason: "the line \(reason)"))
        if let name, !value.isEmpty {
            fragments.append(Assignment(line: line, name: name, value: String(decoding: value, as: UTF8.self)))
        }
    }

    enum Failure: String, Error {
        case nul = "holds a NUL byte"
        case openQuote = "has a quote that is not closed"
        case trailingText = "has text after the value; a value with blanks needs quotes"
    }

    /// The value after the equals sign: quoted, or up to the first blank.
    private static func value(_ text: ArraySlice<UInt8>) -> Result<[UInt8], Failure> {
        guard let quote = text.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            let value = text.prefix { !isBlank($0) }
            return isEnd(text[value.endIndex...]) ? .success(Array(value)) : .failure(.trailingText)
        }
        var value: [UInt8] = []
        var rest = text.dropFirst()
        while let byte = rest.popFirst() {
            if byte == quote { return isEnd(rest) ? .success(value) : .failure(.trailingText) }
            if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\""), let next = rest.first,
                #""\$`"#.utf8.contains(next)
            {
                value.append(next)
                rest.removeFirst()
            } else {
                value.append(byte)
            }
        }
        return .failure(.openQuote)
    }

    /// Only blanks, and after them perhaps a comment.
    private static func isEnd(_ text: ArraySlice<UInt8>) -> Bool {
        let rest = text.drop(while: isBlank)
        return rest.isEmpty || rest.first == UInt8(ascii: "#")
    }
}

private func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
private func isNameByte(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
}
