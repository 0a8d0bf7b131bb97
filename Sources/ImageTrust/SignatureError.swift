import Diagnostics

/// Why a signature does not prove an image.
public enum SignatureError: ExplainedError, Equatable {
    /// The file is no Ed25519 signature.
    case notEd25519(String, reason: String)
    /// The file is no detached OpenPGP signature.
    case notOpenPGP(String, reason: String)
    /// The program that verifies OpenPGP signatures is not there.
    case noGPGV(String)
    /// That program did not do its work.
    case gpgvFailed(reason: String)
    /// The key is none.
    case invalidKey(reason: String)
    /// Another key made the signature.
    case otherKey(String, signer: String, key: String)
    /// The signature's own comment does not hold.
    case forgedComment(String)
    /// The signature does not hold for what it is over.
    case mismatch(String, over: String, by: String, reason: String)
    /// It is over bytes that would all have to be in memory at once; `length` where it is known.
    case tooLarge(String, length: UInt64?, limit: Int)

    /// One sentence without a final full stop.
    public var description: String {
        switch self {
        case .notEd25519(let name, let reason): "\(name) is no Ed25519 signature: \(reason)"
        case .notOpenPGP(let name, let reason): "\(name) is no detached OpenPGP signature: \(reason)"
        case .noGPGV(let key): "\(key) cannot be used: gpgv, which verifies OpenPGP signatures, is not here"
        case .gpgvFailed(let reason): "gpgv, which verifies OpenPGP signatures, failed: \(reason)"
        case .invalidKey(let reason): "the public key cannot be used: \(reason)"
        case .otherKey(let name, let signer, let key): "\(name) was made by \(signer), not by \(key)"
        case .forgedComment(let name): "the trusted comment in \(name) is not signed by the key"
        case .mismatch(let name, let what, let key, let reason):
            "\(name) is no signature of \(key) over \(what)\(reason.isEmpty ? "" : ": \(reason)")"
        case .tooLarge(let name, let length, let limit):
            "\(name) signs the bytes themselves, which is verified with all of them in memory: the image has "
                + (length.map { "\($0) bytes" } ?? "an unknown number of bytes")
                + ", and \(limit >> 20) MiB is the most"
        }
    }

    /// What to try.
    public var advice: String {
        switch self {
        case .notEd25519(_, "it is an OpenPGP signature"): "give the OpenPGP key instead, as IMAGE_GPG_PUBKEY"
        case .notEd25519: "sign with minisign -S, or with openssl pkeyutl -sign -rawin"
        case .notOpenPGP: "sign with gpg --detach-sign"
        case .noGPGV:
            "boot the server image (initramfs-server.img, or the ISO), which has it; or sign with minisign, "
                + "or install the package gpgv"
        case .gpgvFailed: "retry; if it fails again, sign with minisign instead"
        case .invalidKey: "give the key as it was published"
        case .otherKey: "give the key of whoever signed this release"
        case .forgedComment: "compare the signature with its original"
        case .mismatch: "compare image, list and signature with their originals; all must be of the same release"
        case .tooLarge:
            "sign with minisign -S, which signs a digest, or sign a list of check sums and give its URL as IMAGE_CHECKSUM"
        }
    }
}
