import ByteCoding

/// A detached Ed25519 signature: 64 bytes as openssl-pkeyutl(1) writes them, the same in base64, or a file of minisign
/// (https://jedisct1.github.io/minisign, "Signature format") or of OpenBSD's signify(1), whose format that is without the
/// trusted comment.
public struct Ed25519Signature: Equatable, Sendable {
    /// What was signed.
    public enum Message: Equatable, Sendable {
        /// The bytes themselves, which must be had all at once to verify it.
        case whole
        /// Their BLAKE2b digest.
        case digest
    }

    /// A comment that minisign signs with the signature.
    public struct Comment: Equatable, Sendable {
        /// The signature and the comment's text: what the second signature is over.
        public let message: [UInt8]
        /// 64 bytes.
        public let signature: [UInt8]
    }

    /// A file with more bytes is none.
    public static let longestFile = 16 << 10

    /// What was signed.
    public let message: Message
    /// 64 bytes.
    public let bytes: [UInt8]
    /// Whose it claims to be; `nil` for a bare signature.
    public let keyIdentifier: MinisignKeyIdentifier?
    /// `nil` for a bare signature and for one of signify.
    public let comment: Comment?

    /// Reads a signature file.
    ///
    /// - Parameter name: the file's location, for errors.
    /// - Throws: `SignatureError.notEd25519`.
    public init(file: [UInt8], name: String) throws(SignatureError) {
        if file.count == 64 {
            self.init(bare: file)
            return
        }
        if file.starts(with: OpenPGPArmor.mark.utf8) {
            throw .notEd25519(name, reason: "it is an OpenPGP signature")
        }
        let lines = file.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") })
        if let first = lines.first, first.starts(with: "untrusted comment:".utf8) {
            try self.init(minisign: lines.map { Array($0) }, name)
            return
        }
        let text = String(decoding: lines.joined(), as: UTF8.self)
        guard let bytes = base64Decoded(text.filter { $0 != " " && $0 != "\t" }), bytes.count == 64 else {
            throw .notEd25519(name, reason: "it is neither 64 bytes, nor these in base64, nor a file of minisign")
        }
        self.init(bare: bytes)
    }

    private init(bare bytes: [UInt8]) {
        message = .whole
        self.bytes = bytes
        keyIdentifier = nil
        comment = nil
    }

    /// An untrusted comment, the signature with its kind and key, the trusted comment, and the signature over both.
    private init(minisign lines: [[UInt8]], _ name: String) throws(SignatureError) {
        guard lines.count == 2 || lines.count == 4,
            let packed = base64Decoded(String(decoding: lines[1], as: UTF8.self)),
            packed.count == 74
        else { throw .notEd25519(name, reason: "its minisign signature is damaged") }
        switch Array(packed[..<2]) {
        case Array("ED".utf8): message = .digest
        case Array("Ed".utf8): message = .whole
        default: throw .notEd25519(name, reason: "its minisign signature is of an unknown kind")
        }
        keyIdentifier = MinisignKeyIdentifier(bytes: Array(packed[2..<10]))
        bytes = Array(packed[10...])
        guard lines.count == 4 else {
            guard message == .whole else { throw .notEd25519(name, reason: "its trusted comment is missing") }
            comment = nil
            return
        }
        let label = "trusted comment: "
        guard lines[2].starts(with: label.utf8),
            let signature = base64Decoded(String(decoding: lines[3], as: UTF8.self)),
            signature.count == 64
        else { throw .notEd25519(name, reason: "its trusted comment is damaged") }
        comment = Comment(message: bytes + lines[2].dropFirst(label.utf8.count), signature: signature)
    }
}
