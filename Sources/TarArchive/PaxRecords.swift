/// The records of an extended header: `LENGTH KEY=VALUE` and a line feed each (POSIX.1-2024 pax, "pax Extended Header").
struct PaxRecords {
    private(set) var values: [String: String] = [:]

    /// - Throws: `TarError.damaged` for anything else.
    init(_ bytes: [UInt8]) throws(TarError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            guard (1...7).contains(digits.count), let length = Int(String(decoding: digits, as: UTF8.self)),
                length > digits.count + 1, length <= rest.count
            else { throw .damaged("an extended header has a record without a length") }
            let record = rest.prefix(length)
            guard record[digits.endIndex] == UInt8(ascii: " "), record.last == UInt8(ascii: "\n"),
                let equals = record.firstIndex(of: UInt8(ascii: "="))
            else { throw .damaged("an extended header has a record without a value") }
            let key = String(decoding: record[(digits.endIndex + 1)..<max(equals, digits.endIndex + 1)], as: UTF8.self)
            values[key] = String(decoding: record[(equals + 1)...].dropLast(), as: UTF8.self)
            rest = rest.dropFirst(length)
        }
    }
}
