/// One HTTP header field (RFC 9110 5).
public struct HeaderField: Hashable, Sendable {
    /// The name as written.
    public let name: String
    /// The value without outer blanks.
    public let value: String

    /// Reads `Name: value; Other: value`. A semicolon separates only where a name and a colon follow: within a value,
    /// as in a cookie, it stays.
    static func list(_ text: String) -> [HeaderField]? {
        var fields: [HeaderField] = []
        for piece in text.split(separator: ";", omittingEmptySubsequences: false) {
            if let field = HeaderField(piece) {
                fields.append(field)
            } else if let last = fields.popLast() {
                // An empty piece at the very end is a semicolon that ends the list.
                let joined = HeaderField(name: last.name, value: "\(last.value);\(piece)")
                fields.append(joined)
            } else {
                return nil
            }
        }
        guard let last = fields.popLast() else { return nil }
        let value = last.value.hasSuffix(";") ? String(last.value.dropLast()) : last.value
        fields.append(HeaderField(name: last.name, value: value))
        return fields.allSatisfy { field in field.value.utf8.allSatisfy { (0x20...0x7e).contains($0) || $0 == 0x09 } }
            ? fields : nil
    }

    private init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    private init?(_ text: Substring) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let name = text[..<colon].drop { " \t".contains($0) }
        let marks = "!#$%&'*+-.^_`|~".utf8
        guard !name.isEmpty, name.utf8.allSatisfy({ isASCIIAlphanumeric($0) || marks.contains($0) }) else { return nil }
        self.name = String(name)
        var value = text[text.index(after: colon)...].drop { " \t".contains($0) }
        while let last = value.last, " \t".contains(last) { value.removeLast() }
        self.value = String(value)
    }
}
