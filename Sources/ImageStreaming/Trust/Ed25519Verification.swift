import Crypto
import ImageTrust

extension Ed25519Key {
    /// Whether a signature of 64 bytes is this key's over a message (RFC 8032 5.1.7).
    func holds(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { return false }
        return key.isValidSignature(signature, for: message)
    }
}

/// What an Ed25519 signature claims.
struct Ed25519Claim {
    let signature: Ed25519Signature
    let key: Ed25519Key
    let name: String
    let what: String

    func require(over message: [UInt8]) throws(SignatureError) {
        guard key.holds(signature.bytes, for: message) else {
            throw .mismatch(name, over: what, by: "\(key)", reason: "")
        }
    }
}

/// A signature over the BLAKE2b digest of the bytes.
final class DigestSignature: RunningSignature {
    private let claim: Ed25519Claim
    private var hash = BLAKE2b()

    init(_ claim: Ed25519Claim) {
        self.claim = claim
    }

    func update(_ bytes: UnsafeRawBufferPointer) {
        hash.update(bytes)
    }

    func finish() throws {
        try claim.require(over: hash.finalize())
    }

    func close() {}
}

/// A signature over the bytes themselves.
final class WholeSignature: RunningSignature {
    private let claim: Ed25519Claim
    private var message: [UInt8] = []

    init(_ claim: Ed25519Claim) {
        self.claim = claim
    }

    func update(_ bytes: UnsafeRawBufferPointer) throws {
        guard message.count + bytes.count <= ImageSignature.longestWhole else {
            throw SignatureError.tooLarge(claim.name, length: nil, limit: ImageSignature.longestWhole)
        }
        message.append(contentsOf: bytes)
    }

    func finish() throws {
        try claim.require(over: message)
    }

    func close() {
        message = []
    }
}
