import OCIReferences

/// A layer as a manifest names it.
struct OCILayer: Sendable, Equatable {
    let digest: OCIDigest
    /// Bytes as served.
    let size: UInt64
}
