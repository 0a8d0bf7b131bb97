/// Somewhere an image can be read from, from its first byte to its last, as often as wanted.
public protocol ImageSource: Sendable {
    /// What to call it in messages: a URL without its secrets, or a path.
    var name: String { get }

    /// A stream over the bytes as served. Nothing happens before it is opened.
    func makeStream() -> any ImageStream
}

/// One pass over an image's bytes as served. All calls but `cancel()` come from one thread, which they may block.
public protocol ImageStream: AnyObject, Sendable {
    /// Reaches the image.
    ///
    /// - Throws: `ImageSourceError` or `SystemCallError`, saying what is in the way.
    func open() throws -> ImageOrigin

    /// Hands the next run of bytes to `body`, which must use them up.
    ///
    /// - Returns: whether there was one; `false` at the end.
    /// - Throws: when the image cannot be read to its end; what `body` throws.
    func withNextChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool

    /// Whether a part of the image can be had without what lies before it, as far as is known without trying.
    var offersParts: Bool { get }

    /// Whether it is a layer of a registry's image: the image may lie in an archive, and only its end, which must be read,
    /// proves that it is the right one. Before the stream is open: whether it may be.
    var isLayer: Bool { get }

    /// Goes to a part of an open image: `withNextChunk` hands out its bytes next, and stops at its end or later.
    ///
    /// - Throws: `ImageSourceError.noParts` when there is only the whole.
    func seek(to part: Range<UInt64>) throws

    /// How often reading went on over another connection.
    var resumes: Int { get }

    /// Makes a blocked call, and every later one, fail with `ImageSourceError.cancelled`. From any thread.
    func cancel()

    /// Lets go of connections and files.
    func close()
}

extension ImageStream {
    /// The image itself.
    public var isLayer: Bool { false }

    /// There is nothing to lose.
    public var resumes: Int { 0 }

    /// There is only the whole.
    public var offersParts: Bool { false }

    /// There is only the whole.
    public func seek(to part: Range<UInt64>) throws {
        throw ImageSourceError.noParts("the image", reason: "it comes in one stream")
    }
}

/// What is known about an image once it was reached.
public struct ImageOrigin: Sendable, Equatable {
    /// The mirror it is read from, without secrets.
    public let name: String
    /// Bytes as served; `nil` when the server does not say.
    public let length: UInt64?

    /// An origin.
    public init(name: String, length: UInt64?) {
        self.name = name
        self.length = length
    }
}
