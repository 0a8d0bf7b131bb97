/// How an image is compressed, as its first bytes tell. File names and HTTP headers have no say.
public enum Compression: String, Sendable, CaseIterable, CustomStringConvertible {
    /// Not in one of the formats below: taken as it is.
    case none
    /// gzip (RFC 1952), one or more members.
    case gzip
    /// The .xz file format 1.1.0, one or more streams.
    case xz
    /// Zstandard (RFC 8878), one or more frames, skippable ones among them.
    case zstd
    /// lz4's frame format 1.6.2, one or more frames, skippable ones among them. Not the older format of the Linux kernel.
    case lz4
    /// bzip2, one or more streams.
    case bzip2

    /// As many first bytes as recognition can need.
    public static let magicLength = 6

    /// Recognises the format by magic bytes.
    ///
    /// - Parameter head: the first `magicLength` bytes, or fewer when there are no more.
    public init(head: some Collection<UInt8>) {
        let head = Array(head.prefix(Self.magicLength))
        self = Self.allCases.first { $0 != .none && $0.matches(head) } ?? .none
    }

    /// The format's usual name; `raw` for none.
    public var description: String { self == .none ? "raw" : rawValue }

    /// Bytes by which a member, stream or frame of this format is recognised.
    var memberMagicLength: Int {
        switch self {
        case .none: 0
        case .gzip: 3
        case .xz: 6
        case .zstd, .lz4: 4
        case .bzip2: 6
        }
    }

    /// Whether a member, stream or frame of this format begins with these bytes. A shorter run matches as far as it goes.
    func matches(prefix: some Collection<UInt8>) -> Bool {
        let bytes = Array(prefix.prefix(memberMagicLength))
        switch self {
        case .none: return true
        case .gzip: return [0x1f, 0x8b, 0x08].starts(with: bytes)
        case .xz: return [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00].starts(with: bytes)
        case .zstd:
            return [0x28, 0xb5, 0x2f, 0xfd].starts(with: bytes) || Self.isSkippable(bytes)
        case .lz4: return [0x04, 0x22, 0x4d, 0x18].starts(with: bytes) || Self.isSkippable(bytes)
        case .bzip2:
            // The header of a stream, then that of a block or of the stream's end.
            guard [0x42, 0x5a, 0x68].starts(with: bytes.prefix(3)) else { return false }
            guard bytes.count > 3 else { return true }
            let next = bytes[4...]
            return (0x31...0x39).contains(bytes[3])
                && ([0x31, 0x41].starts(with: next) || [0x17, 0x72].starts(with: next))
        }
    }

    /// Whether this begins a frame that zstd and lz4 pass over; both have the same.
    private static func isSkippable(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first else { return true }
        return (0x50...0x5f).contains(first) && [0x2a, 0x4d, 0x18].starts(with: bytes.dropFirst())
    }

    private func matches(_ head: [UInt8]) -> Bool {
        head.count >= memberMagicLength && matches(prefix: head)
    }
}
