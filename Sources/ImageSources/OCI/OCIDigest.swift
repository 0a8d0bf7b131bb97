import Crypto

/// The SHA-256 digest by which a registry names a manifest or a layer (OCI image specification, "Digests").
struct OCIDigest: Sendable, Hashable, CustomStringConvertible {
    /// `sha256:` and 64 hexadecimal digits in lower case.
    let description: String

    /// A digest in its text form; `nil` for anything else, and for other algorithms.
    init?(_ text: some StringProtocol) {
        let prefix = "sha256:"
        let digits = text.dropFirst(prefix.count)
        guard text.hasPrefix(prefix), digits.utf8.count == 64,
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        description = String(text)
    }

    /// The digest of bytes.
    init(of bytes: [UInt8]) {
        self.init(SHA256.hash(data: bytes))
    }

    init(_ digest: SHA256.Digest) {
        description = digest.reduce(into: "sha256:") { $0 += ($1 < 16 ? "0" : "") + String($1, radix: 16) }
    }
}

/// A layer as a manifest names it.
struct OCILayer: Sendable, Equatable {
    let digest: OCIDigest
    /// Bytes as served.
    let size: UInt64
}

/// Proves that what was read is the layer that was asked for.
struct LayerCheck: Sendable {
    let layer: OCILayer
    private var hash = SHA256()

    init(_ layer: OCILayer) {
        self.layer = layer
    }

    /// Takes bytes in order, each once.
    mutating func read(_ bytes: UnsafeRawBufferPointer) {
        hash.update(bufferPointer: bytes)
    }

    /// What all that was read comes to.
    var digest: OCIDigest { OCIDigest(hash.finalize()) }
}
