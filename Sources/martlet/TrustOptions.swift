import ArgumentParser
import ByteCoding
import ImageStreaming
import LinuxSystem

/// What `martlet write` checks an image by.
struct TrustOptions: ParsableArguments {
    @Option(
        help: """
            The check sum of the disk as a raw image has it: sha256:HEX, sha512:HEX, or the URL or path of a SHA256SUMS or \
            SHA512SUMS file that names the image.
            """)
    var checksum: TrustRequest.Checksum?
    @Option(help: "The check sum of the image as served, given like --checksum.")
    var downloadChecksum: TrustRequest.Checksum?
    @Option(
        help: """
            The URL or path of a detached signature: over the list of check sums if it has the list's name and .sig, .asc, \
            .gpg, .sign or .minisig, else over the image as served.
            """)
    var signature: String?
    @Option(help: "The Ed25519 or minisign public key that made the signature, in base64.")
    var ed25519Key: String?
    @Option(help: "A file with the OpenPGP public key that made the signature; needs gpgv.")
    var gpgKey: String?
    @Flag(help: "Read the disk again after writing, and compare.")
    var verifyReadback = false

    /// Whether the whole image is proven in the end.
    var isGiven: Bool { checksum != nil || downloadChecksum != nil || signature != nil }

    func validate() throws {
        _ = try signer()
    }

    /// What the writer is to check, once the files it names were fetched.
    func request() throws -> TrustRequest {
        var request = TrustRequest()
        request.checksum = checksum
        request.downloadChecksum = downloadChecksum
        request.verifiesReadback = verifyReadback
        if let signature, let signer = try signer() {
            request.signature = TrustRequest.Signature(location: signature, signer: signer)
        }
        return request
    }

    private func signer() throws -> TrustRequest.Signer? {
        guard signature != nil else {
            guard ed25519Key == nil, gpgKey == nil else { throw ValidationError("a key needs --signature") }
            return nil
        }
        switch (ed25519Key, gpgKey) {
        case (let text?, nil):
            guard let key = base64Decoded(text) else { throw ValidationError("--ed25519-key must be a key in base64") }
            return .ed25519(key)
        case (nil, let path?): return .openPGP(keyFile: path)
        default: throw ValidationError("--signature needs --ed25519-key or --gpg-key")
        }
    }
}

extension TrustRequest.Checksum: ExpressibleByArgument {
    /// A check sum, or the location of a list of them, on the command line.
    public init?(argument: String) {
        if let checksum = ImageChecksum(argument) {
            self = .digest(checksum)
            return
        }
        let text = argument.lowercased()
        guard !text.isEmpty, !ImageChecksum.Algorithm.allCases.contains(where: { text.hasPrefix($0.rawValue + ":") }),
            text.contains("://") || Files.exists(argument)
        else { return nil }
        self = .list(argument, preferring: .sha256)
    }
}
