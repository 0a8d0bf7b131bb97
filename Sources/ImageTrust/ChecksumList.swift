import Diagnostics

/// A list of check sums of files, as sha256sum(1) and sha512sum(1) write it (`HEX  NAME`, `HEX *NAME`), or as they do with
/// `--tag` and the BSDs do by themselves (`SHA256 (NAME) = HEX`).
///
/// What is no such line is passed over: comments, check sums of other algorithms, the armour of a list that carries its
/// own signature.
public struct ChecksumList: Sendable {
    /// One file's check sum.
    public struct Entry: Equatable, Sendable {
        /// The file's name, without the directories before it.
        public let name: String
        /// Its check sum.
        public let checksum: ImageChecksum
    }

    /// The list's location, without secrets, for errors.
    public let location: String
    /// Its lines, in order.
    public let entries: [Entry]

    /// A list from the bytes of its file.
    public init(_ bytes: [UInt8], location: String) {
        self.location = location
        entries = bytes.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") })
            .compactMap { Self.entry(String(decoding: $0, as: UTF8.self)) }
    }

    /// The check sum of one file.
    ///
    /// - Parameters:
    ///   - names: what the file may be called: the names of one group are as good as each other, and a group counts only
    ///     where the list has none of the groups before it.
    ///   - algorithm: which of a file's check sums to take where the list has both kinds.
    /// - Throws: `ChecksumListError` when no line has such a name, or lines do not agree.
    public func checksum(
        of names: [[String]], preferring algorithm: ImageChecksum.Algorithm
    ) throws(ChecksumListError) -> ImageChecksum {
        for group in names {
            let found = Set(entries.filter { group.contains($0.name) }.map(\.checksum))
            let preferred = found.filter { $0.algorithm == algorithm }
            let candidates = preferred.isEmpty ? found : preferred
            guard let only = candidates.first else { continue }
            guard candidates.count == 1 else { throw .ambiguous(location, names: group, lines: candidates.count) }
            return only
        }
        throw .notListed(location, wanted: names.flatMap { $0 }, listed: entries.map(\.name))
    }

    private static func entry(_ line: String) -> Entry? {
        // A name with a line break or a backslash in it is written with escapes, and its line begins with a backslash.
        let isEscaped = line.hasPrefix("\\")
        let text = isEscaped ? line.dropFirst() : line[...]
        guard let (name, checksum) = tagged(text) ?? plain(text) else { return nil }
        let whole = isEscaped ? unescaped(name) : String(name)
        guard let last = whole.split(separator: "/").last else { return nil }
        return Entry(name: String(last), checksum: checksum)
    }

    /// `HEX  NAME`, or `HEX *NAME`, whose asterisk says that the file was read as binary.
    private static func plain(_ line: Substring) -> (name: Substring, ImageChecksum)? {
        let hex = line.prefix { $0 != " " && $0 != "\t" }
        let rest = line[hex.endIndex...].dropFirst()
        let name = rest.first == " " || rest.first == "*" ? rest.dropFirst() : rest
        for algorithm in ImageChecksum.Algorithm.allCases {
            if let checksum = ImageChecksum(algorithm, hex: hex) { return (name, checksum) }
        }
        return nil
    }

    /// `SHA256 (NAME) = HEX`.
    private static func tagged(_ line: Substring) -> (name: Substring, ImageChecksum)? {
        guard let open = line.firstRange(of: " ("), let close = line.ranges(of: ") = ").last,
            open.upperBound <= close.lowerBound,
            let algorithm = ImageChecksum.Algorithm(rawValue: line[..<open.lowerBound].lowercased()),
            let checksum = ImageChecksum(algorithm, hex: line[close.upperBound...])
        else { return nil }
        return (line[open.upperBound..<close.lowerBound], checksum)
    }

    private static func unescaped(_ name: Substring) -> String {
        var text = ""
        var isEscape = false
        for character in name {
            switch (isEscape, character) {
            case (false, "\\"): isEscape = true
            case (true, "n"): (text, isEscape) = (text + "\n", false)
            case (true, "r"): (text, isEscape) = (text + "\r", false)
            default: (text, isEscape) = (text + String(character), false)
            }
        }
        return text
    }
}
