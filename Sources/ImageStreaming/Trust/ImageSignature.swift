import ImageTrust

/// A detached signature, and the key that must have made it: over the bytes of an image as served, or over a list of check
/// sums.
public struct ImageSignature: Sendable {
    private enum Kind: Sendable {
        case ed25519(Ed25519Signature, Ed25519Key)
        case openPGP(OpenPGPSignature, OpenPGPKeys)
    }

    /// A plain Ed25519 signature is over all bytes at once: they have to be kept until the last has come.
    public static let longestWhole = 64 << 20

    /// Whose signature it is, in a few words.
    public let signer: String
    private let name: String
    private let kind: Kind

    /// An Ed25519 signature, by itself or by minisign.
    ///
    /// - Parameter name: the signature's location, for errors.
    /// - Throws: `SignatureError` when the key's own identifier, or the signature's comment, is not right: before anything
    ///   is known of what was signed.
    init(_ file: [UInt8], name: String, key: Ed25519Key) throws(SignatureError) {
        let signature = try Ed25519Signature(file: file, name: name)
        if let identifier = key.identifier, let signer = signature.keyIdentifier, signer != identifier {
            throw .otherKey(name, signer: "the minisign key \(signer)", key: "\(key)")
        }
        if let comment = signature.comment, !key.holds(comment.signature, for: comment.message) {
            throw .forgedComment(name)
        }
        self.name = name
        signer = "\(key)"
        kind = .ed25519(signature, key)
    }

    /// An OpenPGP signature.
    ///
    /// - Parameters:
    ///   - name: the signature's location, for errors.
    ///   - signer: the key file.
    /// - Throws: `SignatureError.notOpenPGP`.
    init(_ file: [UInt8], name: String, keys: OpenPGPKeys, signer: String) throws(SignatureError) {
        self.name = name
        self.signer = "a key in \(signer)"
        kind = .openPGP(try OpenPGPSignature(file: file, name: name), keys)
    }

    /// Makes sure that a message of so many bytes can be verified.
    ///
    /// - Throws: `SignatureError.tooLarge`.
    func requireVerifiable(length: UInt64?) throws(SignatureError) {
        guard case .ed25519(let signature, _) = kind, signature.message == .whole else { return }
        guard length ?? .max <= UInt64(Self.longestWhole) else {
            throw .tooLarge(name, length: length, limit: Self.longestWhole)
        }
    }

    /// Verifies a message.
    ///
    /// - Parameter what: what the message is, in errors.
    func verify(_ message: [UInt8], what: String) throws {
        let running = try begin(what: what)
        defer { running.close() }
        try message.withUnsafeBytes { try running.update($0) }
        try running.finish()
    }

    /// Begins to verify a message that comes piece by piece.
    func begin(what: String) throws -> any RunningSignature {
        switch kind {
        case .ed25519(let signature, let key):
            let claim = Ed25519Claim(signature: signature, key: key, name: name, what: what)
            return signature.message == .digest ? DigestSignature(claim) : WholeSignature(claim)
        case .openPGP(let signature, let keys):
            return try GPGVSignature(signature, by: keys, name: name, signer: signer, what: what)
        }
    }
}

/// The verification of a signature over bytes that come piece by piece. For one thread.
protocol RunningSignature: AnyObject {
    /// Takes the next bytes.
    func update(_ bytes: UnsafeRawBufferPointer) throws
    /// Ends it.
    ///
    /// - Throws: `SignatureError` when the signature is not one of the bytes taken.
    func finish() throws
    /// Lets go of what it holds, whether it came to its end or not.
    func close()
}
