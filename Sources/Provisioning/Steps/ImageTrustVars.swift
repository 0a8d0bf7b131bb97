import DeployVars
import Diagnostics
import ImageStreaming
import Pipeline

extension TrustRequest {
    /// What the vars want an image to be checked by.
    init(_ image: ImageVars) throws {
        self.init()
        checksum = try image.checksum.map(Self.checksum)
        downloadChecksum = try image.downloadChecksum.map(Self.checksum)
        verifiesReadback = image.verifiesReadback
        guard let url = image.signatureURL else { return }
        if let key = image.ed25519PublicKey {
            signature = Signature(location: url.text, signer: .ed25519(key))
        } else if let path = image.gpgPublicKeyPath {
            signature = Signature(location: url.text, signer: .openPGP(keyFile: path))
        } else {
            throw SignatureWithoutKey()
        }
    }

    private static func checksum(_ source: ChecksumSource) throws -> Checksum {
        switch source {
        case .digest(let sum):
            guard let checksum = ImageChecksum(sum.description) else { throw UnreadableChecksum(text: sum.description) }
            return .digest(checksum)
        case .list(let url, let algorithm): return .list(url.text, preferring: algorithm == .sha256 ? .sha256 : .sha512)
        }
    }
}

/// A check sum that the vars allow and the writer does not.
struct UnreadableChecksum: ExplainedError {
    let text: String
    var description: String { "\(text) is no check sum that an image can be compared with" }
    var advice: String { "give the SHA-256 or SHA-512 check sum" }
}

/// A signature that nothing can verify.
struct SignatureWithoutKey: ExplainedError {
    var description: String { "the image's signature cannot be verified: there is no key" }
    var advice: String { "set IMAGE_ED25519_PUBKEY or IMAGE_GPG_PUBKEY" }
}

extension TrustFileError: TransientError {
    /// Whether the server or the way to it may be better next time.
    public var mayPass: Bool {
        switch self {
        case .slow: true
        case .tooLong: false
        }
    }
}
