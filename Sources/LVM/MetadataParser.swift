/// Reads LVM's text metadata: `name = value` and `name { … }`, values being integers, quoted strings and lists of them.
struct MetadataParser {
    /// Sections in sections; lvm2 writes three levels.
    private static let deepest = 16

    private let bytes: [UInt8]
    private var position = 0

    /// The whole text as one section.
    ///
    /// - Throws: `LVMError.damagedText`, with the line.
    static func parse(_ bytes: [UInt8]) throws(LVMError) -> MetadataNode {
        // The text ends with a NUL on the disk.
        var parser = MetadataParser(bytes: Array(bytes.prefix { $0 != 0 }))
        return .section(try parser.fields(depth: 0))
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func failure(_ reason: String) -> LVMError {
        let line = bytes.prefix(position).reduce(1) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
        return .damagedText(line: line, reason: reason)
    }

    private mutating func skipBlanks() {
        while let byte = next {
            if byte == UInt8(ascii: "#") {
                while let byte = next, byte != UInt8(ascii: "\n") { position += 1 }
            } else if byte <= UInt8(ascii: " ") {
                position += 1
            } else {
                return
            }
        }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func fields(depth: Int) throws(LVMError) -> [MetadataField] {
        guard depth < Self.deepest else { throw failure("sections are nested too deeply") }
        var fields: [MetadataField] = []
        while true {
            skipBlanks()
            if next == nil {
                guard depth == 0 else { throw failure("a section does not end") }
                return fields
            }
            if depth > 0, take("}") { return fields }
            let name = try word()
            if take("{") {
                let start = position - 1
                let value = MetadataNode.section(try self.fields(depth: depth + 1))
                fields.append(MetadataField(name: name, value: value, range: start..<position))
            } else if take("=") {
                skipBlanks()
                let start = position
                let value = try value()
                fields.append(MetadataField(name: name, value: value, range: start..<position))
            } else {
                throw failure("neither a value nor a section follows \(name)")
            }
        }
    }

    private mutating func word() throws(LVMError) -> String {
        let start = position
        while let byte = next, isNameByte(byte) { position += 1 }
        guard position > start else { throw failure("a name is expected") }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// lvm(8): names consist of letters, digits and `+ _ . -`.
    private func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private mutating func value() throws(LVMError) -> MetadataNode {
        guard take("[") else { return try scalar() }
        var elements: [MetadataNode] = []
        while !take("]") {
            elements.append(try scalar())
            if take(",") { continue }
            guard take("]") else { throw failure("a list does not end") }
            break
        }
        return .list(elements)
    }

    private mutating func scalar() throws(LVMError) -> MetadataNode {
        if take("\"") { return .text(try quoted()) }
        let text = try word()
        // Nothing that is needed here is a fraction; such a value is kept as it is written.
        return Int(text).map { .number($0) } ?? .text(text)
    }

    private mutating func quoted() throws(LVMError) -> String {
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
            if byte == UInt8(ascii: "\\"), let escaped = next {
                position += 1
                text.append(escaped)
            } else {
                text.append(byte)
            }
        }
        throw failure("a string does not end")
    }
}
