/// One header block of a tar archive (POSIX.1-2024 pax, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format").
struct TarHeader {
    /// Bytes of a block.
    static let blockLength = 512

    let name: String
    /// The type flag.
    let type: UInt8
    /// Bytes of what follows.
    let size: UInt64

    /// Whether a file may begin with such a block; one of zeros, which ends an archive, is none.
    static func isHeader(_ block: ArraySlice<UInt8>) -> Bool {
        (try? TarHeader(block)) != nil
    }

    /// Reads a block.
    ///
    /// - Throws: `TarError.damaged` for anything but a header with the right check sum.
    init(_ block: ArraySlice<UInt8>) throws(TarError) {
        let bytes = Array(block)
        guard bytes.count == Self.blockLength, bytes[257..<262].elementsEqual("ustar".utf8),
            let checksum = Self.number(bytes[148..<156])
        else { throw .damaged("a header is missing") }
        let sum = bytes.enumerated().reduce(UInt64(0)) {
            $0 + UInt64((148..<156).contains($1.offset) ? 0x20 : $1.element)
        }
        guard sum == checksum else { throw .damaged("a header's check sum is wrong") }
        guard let size = Self.number(bytes[124..<136]) else { throw .damaged("a header has no size") }
        self.size = size
        type = bytes[156]
        // GNU tar writes other things where the standard has a prefix, and marks itself by a blank.
        let prefix = bytes[262] == 0 ? Self.text(bytes[345..<500]) : ""
        let last = Self.text(bytes[0..<100])
        name = prefix.isEmpty ? last : "\(prefix)/\(last)"
    }

    /// Octal digits, or, with the first bit set, a binary number in network order.
    private static func number(_ field: ArraySlice<UInt8>) -> UInt64? {
        guard let first = field.first else { return nil }
        if first & 0x80 != 0 {
            guard first == 0x80, field.dropFirst().dropLast(8).allSatisfy({ $0 == 0 }) else { return nil }
            return field.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
        }
        let digits = field.drop { $0 == 0x20 }.prefix { (0x30...0x37).contains($0) }
        guard !digits.isEmpty, field[digits.endIndex...].allSatisfy({ $0 == 0 || $0 == 0x20 }) else { return nil }
        return digits.reduce(0) { $0 << 3 | UInt64($1 - 0x30) }
    }

    private static func text(_ field: ArraySlice<UInt8>) -> String {
        String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
    }
}
