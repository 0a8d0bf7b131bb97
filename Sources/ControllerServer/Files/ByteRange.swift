/// What a `Range` header asks for of a file (RFC 9110 14.1, 14.2).
enum ByteRange: Equatable {
    /// The file as a whole: no header, one in another unit, one that is not well formed, or one with several ranges,
    /// which a server may ignore.
    case whole
    /// These bytes.
    case part(Range<UInt64>)
    /// No byte that exists: 416.
    case unsatisfiable

    init(_ header: String?, size: UInt64) {
        guard let header, header.lowercased().hasPrefix("bytes=") else {
            self = .whole
            return
        }
        let set = header.dropFirst("bytes=".count)
        let bounds = set.split(separator: "-", omittingEmptySubsequences: false).map {
            $0.filter { $0 != " " && $0 != "\t" }
        }
        guard !set.contains(","), bounds.count == 2, bounds.allSatisfy({ $0.utf8.allSatisfy(Self.isDigit) }) else {
            self = .whole
            return
        }
        if bounds[0].isEmpty {
            guard !bounds[1].isEmpty else {
                self = .whole
                return
            }
            // More digits than fit ask for more than there can be.
            let count = min(UInt64(bounds[1]) ?? .max, size)
            self = count == 0 ? .unsatisfiable : .part(size - count..<size)
            return
        }
        let first = UInt64(bounds[0]) ?? .max
        let last = bounds[1].isEmpty ? UInt64.max : UInt64(bounds[1]) ?? .max
        if first > last {
            self = .whole
        } else if first >= size {
            self = .unsatisfiable
        } else {
            self = .part(first..<min(last, size - 1) + 1)
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
