import ByteCoding
import Diagnostics

/// What to write, from where, and what must hold of it.
public struct ImageVars: Equatable, Sendable {
    /// What the image is.
    public enum Mode: String, CaseIterable, Sendable {
        /// A whole disk with its partition table.
        case wholeDisk = "whole-disk"
        /// One bare file system.
        case partition
    }

    /// Mirrors of one image, in the order given.
    public var mirrors: [ImageLocation] = []
    /// Of the decompressed bytes.
    public var checksum: ChecksumSource?
    /// Of the bytes as served.
    public var downloadChecksum: ChecksumSource?
    /// What the image is.
    public var mode = Mode.wholeDisk
    /// A detached signature over the bytes as served.
    public var signatureURL: HTTPURL?
    /// The path of an OpenPGP public key.
    public var gpgPublicKeyPath: String?
    /// A raw Ed25519 key of 32 bytes, or a minisign key of 42.
    public var ed25519PublicKey: [UInt8]?
    /// Header fields for the origins of the mirrors.
    public var headers: [Secret<HeaderField>] = []
    /// Whether to read the disk again and compare.
    public var verifiesReadback = false
    /// No image.
    public init() {}

    init(_ reader: inout VarsReader) {
        mirrors =
            reader.value(.image, allowed: ImageLocation.allowed(insteadOf: reader.given(.image)?.value ?? "")) { text in
                let pieces = ImageLocation.split(text)
                let locations = pieces.compactMap { ImageLocation($0) }
                return locations.count == pieces.count && !locations.isEmpty ? locations : nil
            } ?? []
        let algorithm = reader.choice(.imageChecksumType, default: ChecksumAlgorithm.sha256)
        checksum = reader.value(
            .imageChecksum,
            allowed: "for \(algorithm.rawValue) it must be \(2 * algorithm.digestLength) hexadecimal digits, "
                + "or an http(s) URL of a list of checksums"
        ) { text in
            Checksum(algorithm: algorithm, hex: text).map { .digest($0) } ?? HTTPURL(text).map { .list($0, algorithm) }
        }
        downloadChecksum = reader.value(
            .imageDownloadChecksum,
            allowed:
                "it must be sha256: or sha512: and all hexadecimal digits, or an http(s) URL of a list of checksums"
        ) { text in Checksum(text).map { .digest($0) } ?? HTTPURL(text).map { .list($0, .sha256) } }
        mode = reader.choice(.imageMode, default: .wholeDisk)
        signatureURL = reader.url(.imageSignatureURL)
        gpgPublicKeyPath = reader.value(.imageGPGPublicKey, allowed: "it must be an absolute path") {
            $0.hasPrefix("/") ? $0 : nil
        }
        ed25519PublicKey = reader.value(
            .imageEd25519PublicKey, allowed: "it must be an Ed25519 or minisign public key in base64"
        ) { text in
            base64Decoded(text).flatMap { $0.count == 32 || $0.count == 42 && $0.starts(with: "Ed".utf8) ? $0 : nil }
        }
        headers =
            reader.value(
                .imageHeaders, allowed: "it must be header fields \"Name: value\", separated by semicolons",
                HeaderField.list)?.map { Secret($0) } ?? []
        verifiesReadback = reader.boolean(.imageVerifyReadback, default: false)
    }
}
