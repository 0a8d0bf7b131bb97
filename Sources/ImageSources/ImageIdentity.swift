import NIOHTTP1

/// What tells an image on a server from another one, or from a later one at the same place (RFC 9110 8.8).
struct ImageIdentity: Equatable, Sendable {
    /// Bytes as served; `nil` when the server does not say.
    let length: UInt64?
    /// A strong entity tag: it changes with every byte of the image.
    let entityTag: String?
    /// When the server says that the image was changed last; not where it may have changed twice in that second (RFC 9110
    /// 8.8.2.2).
    let lastModified: String?

    /// The image of an answer that holds all of it.
    ///
    /// - Parameter length: what is known of it already, where the answer holds a part only.
    init(_ headers: HTTPHeaders, length: UInt64? = nil) {
        self.length = length ?? headers.first(name: "Content-Length").flatMap { UInt64($0) }
        let tag = headers.first(name: "ETag")
        let isWeak = tag?.hasPrefix("W/") ?? false
        entityTag = isWeak ? nil : tag
        let (time, now) = (headers.first(name: "Last-Modified"), headers.first(name: "Date"))
        // A weak tag may be a server's way to say so.
        let mayChangeAgain = time == now || isWeak && now == nil
        lastModified = mayChangeAgain ? nil : time
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
    /// What was read from the start, where that was noted.
    let prefix: PrefixCheck?
}
