import Crypto
import OCIReferences

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
    var digest: OCIDigest { OCIDigest(sha256: hash.finalize()) }
}

extension OCIDigest {
    /// The digest of bytes.
    init(of bytes: [UInt8]) {
        self.init(sha256: SHA256.hash(data: bytes))
    }
}
