/// The name of an image's file, by which a list of check sums knows it.
public struct ImageFileName: Equatable, Sendable {
    /// The last component of the path, percent-decoded (RFC 3986 2.1).
    public let text: String

    /// The name in an http or https URL, a file URL or a path; `nil` when it ends with a slash.
    public init?(location: String) {
        var path = location[...]
        if let scheme = location.firstRange(of: "://") {
            path = location[scheme.upperBound...].prefix { $0 != "?" && $0 != "#" }
            guard let slash = path.firstIndex(of: "/") else { return nil }
            path = path[slash...]
            guard let last = path.split(separator: "/", omittingEmptySubsequences: false).last else { return nil }
            text = Self.percentDecoded(last)
        } else {
            text = path.split(separator: "/", omittingEmptySubsequences: false).last.map { String($0) } ?? ""
        }
        if text.isEmpty { return nil }
    }

    /// The name of what comes out when the file is decompressed; `nil` when the name does not say that it is compressed.
    public var decompressed: String? {
        let name = text.lowercased()
        guard let suffix = Self.suffixes.first(where: { name.hasSuffix($0) }), name.utf8.count > suffix.utf8.count
        else { return nil }
        return String(text.dropLast(suffix.count))
    }

    private static let suffixes = [".zst", ".gz", ".xz", ".bz2", ".lz4"]

    private static func percentDecoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            let digits = Substring(rest.prefix(2))
            guard byte == UInt8(ascii: "%"), digits.utf8.count == 2, digits.first != "+", digits.first != "-",
                let value = UInt8(digits, radix: 16)
            else {
                bytes.append(byte)
                continue
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
