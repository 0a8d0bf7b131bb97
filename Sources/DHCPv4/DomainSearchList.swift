import ByteCoding

/// The domains of option 119, written as DNS writes names, with pointers to parts of earlier ones (RFC 3397, RFC 1035
/// 4.1.4).
enum DomainSearchList {
    /// More domains make every lookup of an unknown name slow.
    private static let mostDomains = 32

    /// Reads the option's value, joined from its parts (RFC 3396). Names that hold more than letters, digits, hyphens
    /// and underscores are passed over: they would be more than names in a configuration file.
    ///
    /// - Returns: `nil` when the value is malformed; then none of it can be trusted.
    static func parse(_ option: [UInt8]) -> [String]? {
        var reader = ByteReader(option)
        var domains: [String] = []
        while !reader.isAtEnd, domains.count < mostDomains {
            guard let labels = try? name(&reader, in: option) else { return nil }
            let name = labels.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ".")
            guard !labels.isEmpty, labels.joined().allSatisfy(isPlain), !domains.contains(name) else { continue }
            domains.append(name)
        }
        return domains
    }

    private static func name(_ reader: inout ByteReader, in option: [UInt8]) throws -> [ArraySlice<UInt8>] {
        var labels: [ArraySlice<UInt8>] = []
        var length = 0
        // A pointer leads to an earlier place than any before it, so there is an end to them.
        var limit = reader.offset
        var cursor = reader
        var hasJumped = false
        while true {
            let octet: UInt8 = try cursor.bigEndian()
            switch octet >> 6 {
            case 0 where octet == 0:
                if !hasJumped { reader = cursor }
                return labels
            case 0:
                let label = try cursor.read(Int(octet))
                length += label.count + 1
                guard length < 255 else { throw MalformedName() }
                labels.append(label)
            case 3:
                let target = Int(octet & 0x3f) << 8 | Int(try cursor.bigEndian(UInt8.self))
                guard target < limit else { throw MalformedName() }
                limit = target
                if !hasJumped { reader = cursor }
                hasJumped = true
                try cursor.seek(to: target)
            default:
                throw MalformedName()
            }
        }
    }

    private static func isPlain(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

private struct MalformedName: Error {}
