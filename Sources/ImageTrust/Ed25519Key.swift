/// An Ed25519 public key (RFC 8032), as it is or as minisign writes it.
public struct Ed25519Key: Equatable, Sendable {
    /// 32 bytes.
    public let bytes: [UInt8]
    /// By what minisign's signatures name their key; `nil` for a bare key.
    public let identifier: MinisignKeyIdentifier?

    /// A key from 32 bytes, or from minisign's 42: `Ed`, the identifier, the key.
    public init?(_ bytes: [UInt8]) {
        switch bytes.count {
        case 32:
            self.bytes = bytes
            identifier = nil
        case 42 where bytes.starts(with: "Ed".utf8):
            self.bytes = Array(bytes[10...])
            identifier = MinisignKeyIdentifier(bytes: Array(bytes[2..<10]))
        default: return nil
        }
    }
}

extension Ed25519Key: CustomStringConvertible {
    /// What to call it in a sentence.
    public var description: String { identifier.map { "the minisign key \($0)" } ?? "the Ed25519 key" }
}

/// Eight bytes that a minisign key and its signatures have in common. They prove nothing.
public struct MinisignKeyIdentifier: Equatable, Sendable, CustomStringConvertible {
    let bytes: [UInt8]

    /// As minisign prints it: hexadecimal digits, the last byte first.
    public var description: String {
        bytes.reversed().map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
    }
}
