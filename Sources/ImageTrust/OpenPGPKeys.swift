/// OpenPGP public keys as gpgv(1) wants them: packets in binary, one after the other.
public struct OpenPGPKeys: Equatable, Sendable {
    /// A file with more bytes is none.
    public static let longestFile = 1 << 20

    /// A keyring.
    public let bytes: [UInt8]

    /// Keys from a file, in binary or armoured: what gpg --export writes, with or without --armor.
    ///
    /// - Throws: `SignatureError.invalidKey`.
    public init(file: [UInt8]) throws(SignatureError) {
        if let first = file.first, first & 0x80 != 0 {
            bytes = file
        } else if String(decoding: file.prefix(64 << 10), as: UTF8.self).contains("-----BEGIN PGP PRIVATE KEY") {
            throw .invalidKey(reason: "the file holds a private key")
        } else if let keys = OpenPGPArmor.decoded(file, kind: "PUBLIC KEY BLOCK") {
            bytes = keys
        } else {
            throw .invalidKey(reason: "the file holds no OpenPGP public key, or one whose check sum is wrong")
        }
        // The packet's type (RFC 9580 4.2), in the present form or the old one.
        let kind = bytes.first.map { $0 & 0x40 != 0 ? $0 & 0x3f : $0 >> 2 & 0x0f }
        guard kind == 6 else {
            throw .invalidKey(
                reason: kind == 5 ? "the file holds a private key" : "the file does not begin with a public key")
        }
    }
}
