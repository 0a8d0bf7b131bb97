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
        case .zstd: 4
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
            if [0x28, 0xb5, 0x2f, 0xfd].starts(with: bytes) { return true }
            guard let first = bytes.first, (0x50...0x5f).contains(first) else { return bytes.isEmpty }
            return [0x2a, 0x4d, 0x18].starts(with: bytes.dropFirst())
        }
    }

    private func matches(_ head: [UInt8]) -> Bool {
        head.count >= memberMagicLength && matches(prefix: head)
    }
}
