import ImageSources
import ImageTrust

/// A check sum in `ImageWriter.Options`, which can be set without a second import.
public typealias ImageChecksum = ImageTrust.ImageChecksum

/// What an image is to be checked by, as an operator says it: some of it is in files that must be fetched first.
public struct TrustRequest: Sendable {
    /// A check sum, or where it is.
    public enum Checksum: Sendable, Equatable {
        /// This one.
        case digest(ImageChecksum)
        /// The one that a list at this location has for the image; of its kinds rather this.
        case list(String, preferring: ImageChecksum.Algorithm)
    }

    /// Whose signature it must be.
    public enum Signer: Sendable, Equatable {
        /// A raw Ed25519 key of 32 bytes, or a minisign key of 42.
        case ed25519([UInt8])
        /// One of the OpenPGP keys in a file, armoured or not.
        case openPGP(keyFile: String)
    }

    /// A detached signature.
    public struct Signature: Sendable, Equatable {
        /// Where it is.
        public let location: String
        /// Whose it must be.
        public let signer: Signer

        /// A signature.
        public init(location: String, signer: Signer) {
            self.location = location
            self.signer = signer
        }
    }

    /// Of the decompressed bytes.
    public var checksum: Checksum?
    /// Of the bytes as served.
    public var downloadChecksum: Checksum?
    /// Over the list of check sums, where its location is the list's with one of the usual suffixes; else over the bytes
    /// as served.
    public var signature: Signature?
    /// Whether to read the disk again and compare.
    public var verifiesReadback = false

    /// Nothing to check.
    public init() {}

    /// Fetches what there is to fetch, and verifies a list that is signed, before anything is written.
    ///
    /// A list is asked for the image by its file name: for the check sum of the decompressed bytes by the name without the
    /// suffix of its compression. Where a list has only the compressed file, its check sum may be of the bytes as served, as
    /// such lists are made, or of the decompressed bytes, as is asked for: either holds.
    ///
    /// - Parameters:
    ///   - images: the locations of the image's mirrors.
    ///   - http: how the image itself is fetched.
    /// - Returns: what the writer is to check.
    /// - Throws: `SignatureError`, `ChecksumListError`, `TrustFileError`, `ImageSourceError`, `SystemCallError`.
    public func resolved(for images: [String], options http: HTTPOptions) async throws -> ImageWriter.Options {
        var files = TrustFiles(images: images, http: http)
        try await files.fetch(signature)
        var options = ImageWriter.Options()
        options.downloadChecksum = try await files.checksum(downloadChecksum) { [$0.map(\.text)] }
        do {
            options.checksum = try await files.checksum(checksum) { [$0.map { $0.decompressed ?? $0.text }] }
            if case .list = checksum { options.isChecksumOfFile = true }
        } catch ChecksumListError.notListed where downloadChecksum == nil {
            options.checksum = try await files.checksum(checksum) { [$0.map(\.text)] }
            options.downloadChecksum = options.checksum
            options.isOneChecksumEnough = true
        }
        options.signature = files.imageSignature
        options.verifiesReadback = verifiesReadback
        options.trustLines = files.lines
        return options
    }
}
