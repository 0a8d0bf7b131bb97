import NIOHTTP1

/// What tells an image on a server from another one, or from a later one at the same place (RFC 9110 8.8).
struct ImageIdentity: Equatable, Sendable {
    /// Bytes as served; `nil` when the server does not say.
    let length: UInt64?
    /// A strong entity tag: it changes with every byte of the image.
    let entityTag: String?
    /// When the server says that the image was changed last.
    let lastModified: String?

    /// The image of an answer that holds all of it.
    ///
    /// - Parameter length: what is known of it already, where the answer holds a part only.
    init(_ headers: HTTPHeaders, length: UInt64? = nil) {
        self.length = length ?? headers.first(name: "Content-Length").flatMap { UInt64($0) }
        entityTag = headers.first(name: "ETag").flatMap { $0.hasPrefix("W/") ? nil : $0 }
        lastModified = headers.first(name: "Last-Modified")
    }

    /// What `If-Range` proves the image by; `nil` when the server gives nothing that could.
    var validator: String? { entityTag ?? lastModified }
}

/// Where a stream is, so that another connection can go on from there.
struct StreamPosition: Sendable {
    /// The next byte of the image as served.
    let offset: UInt64
    /// Where the part ends that is wanted; `nil` for the image's end.
    let limit: UInt64?
    /// The image.
    let identity: ImageIdentity
    /// What was read of a layer.
    let check: LayerCheck?
}
