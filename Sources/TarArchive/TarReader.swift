/// What an archive holds next.
public struct TarEntry: Sendable, Equatable {
    /// What kind of thing it is.
    public enum Kind: Sendable, Equatable {
        /// A regular file; its bytes follow.
        case file
        /// A directory.
        case directory
        /// A link, a device, or a named pipe.
        case special
    }

    /// Its path.
    public let name: String
    /// What it is.
    public let kind: Kind
    /// Bytes that follow.
    public let size: UInt64
}

/// Reads the headers of an archive that streams in.
public struct TarReader {
    private static let longestExtension: UInt64 = 1 << 20
    /// What was read before, and not used yet.
    private var head: [UInt8]
    private let read: (Int) throws -> [UInt8]
    private var unreadBytes: UInt64 = 0
    private var padding = 0

    /// Whether an archive begins with these bytes, a block or more.
    public static func isArchive(head: [UInt8]) -> Bool {
        TarHeader.isHeader(head.prefix(TarHeader.blockLength))
    }

    /// Bytes by which an archive is recognised.
    public static let headLength = TarHeader.blockLength

    /// - Parameters:
    ///   - head: the archive's first bytes, as far as they were read already.
    ///   - read: gives those that follow: as many as asked for, fewer only at the end.
    public init(head: [UInt8] = [], read: @escaping (Int) throws -> [UInt8]) {
        self.head = head
        self.read = read
    }

    /// The next entry; the bytes of the one before must have been read.
    ///
    /// - Returns: `nil` at the end, once nothing but zeros has come.
    /// - Throws: `TarError`; what `read` throws.
    public mutating func next() throws -> TarEntry? {
        _ = try block(padding)
        padding = 0
        var extended: [String: String] = [:]
        var longName: String?
        while true {
            let bytes = try block(TarHeader.blockLength)
            if bytes.allSatisfy({ $0 == 0 }) {
                try readEnd()
                return nil
            }
            let header = try TarHeader(bytes[...])
            switch header.type {
            case UInt8(ascii: "x"): extended.merge(try PaxRecords(try body(of: header)).values) { $1 }
            case UInt8(ascii: "g"): _ = try body(of: header)
            case UInt8(ascii: "L"): longName = String(decoding: try body(of: header).prefix { $0 != 0 }, as: UTF8.self)
            case UInt8(ascii: "K"): _ = try body(of: header)
            default: return try entry(header, extended, longName)
            }
        }
    }

    /// The next bytes of the present entry, at most `count`; empty once all were read.
    public mutating func bytes(_ count: Int) throws -> [UInt8] {
        let wanted = Int(min(UInt64(clamping: count), unreadBytes))
        let bytes = try block(wanted)
        unreadBytes -= UInt64(bytes.count)
        return bytes
    }

    private mutating func entry(
        _ header: TarHeader, _ extended: [String: String], _ longName: String?
    ) throws(TarError) -> TarEntry {
        let name = extended["path"] ?? longName ?? header.name
        guard header.type != UInt8(ascii: "S"), !extended.keys.contains(where: { $0.hasPrefix("GNU.sparse.") }) else {
            throw .sparse(name)
        }
        var size = header.size
        if let text = extended["size"] {
            guard let exact = UInt64(text) else { throw .damaged("an extended header has no size") }
            size = exact
        }
        let kind: TarEntry.Kind =
            switch header.type {
            case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): .file
            case UInt8(ascii: "5"): .directory
            default: .special
            }
        unreadBytes = kind == .file ? size : 0
        padding = kind == .file ? Self.padding(size) : 0
        return TarEntry(name: name, kind: kind, size: unreadBytes)
    }

    private mutating func body(of header: TarHeader) throws -> [UInt8] {
        guard header.size <= Self.longestExtension else { throw TarError.damaged("an extended header is too long") }
        let bytes = try block(Int(header.size))
        _ = try block(Self.padding(header.size))
        return bytes
    }

    /// Archives are filled up with zeros.
    private mutating func readEnd() throws {
        while true {
            let bytes = try take(1 << 16)
            guard bytes.allSatisfy({ $0 == 0 }) else { throw TarError.damaged("something follows its end") }
            if bytes.count < 1 << 16 { return }
        }
    }

    private mutating func block(_ count: Int) throws -> [UInt8] {
        guard count > 0 else { return [] }
        let bytes = try take(count)
        guard bytes.count == count else { throw TarError.truncated }
        return bytes
    }

    private mutating func take(_ count: Int) throws -> [UInt8] {
        guard !head.isEmpty else { return try read(count) }
        let first = Array(head.prefix(count))
        head.removeFirst(first.count)
        return first.count < count ? first + (try read(count - first.count)) : first
    }

    /// What fills the last block of a file.
    private static func padding(_ size: UInt64) -> Int {
        (TarHeader.blockLength - Int(size % UInt64(TarHeader.blockLength))) % TarHeader.blockLength
    }
}
