/// Where a captured image goes.
public protocol ImageDestination: Sendable {
    /// The location as it may be printed.
    var name: String { get }

    /// One writing of the image, from its start.
    func makeSink() -> any ImageSink
}

/// One writing of an image. All but `cancel` is called from one thread and blocks it; `open` comes first, `close` last.
public protocol ImageSink: AnyObject, Sendable {
    /// Reaches the destination.
    func open() throws

    /// Takes the next bytes. Returns once the destination, or the way to it, has room for more.
    func write(_ bytes: UnsafeRawBufferPointer) throws

    /// There are no more bytes: the image takes its name, and its check sum is laid beside it.
    ///
    /// - Parameter digest: the SHA-256 of all bytes, as lower-case hexadecimal digits.
    func finish(digest: String) throws

    /// Makes a call that blocks, and all later ones, fail soon. From any thread.
    func cancel()

    /// Lets go of everything. Without `finish` before it, nothing is left under the image's name.
    func close()
}

extension ImageSink {
    /// What sha256sum(1) prints, and reads with `--check`.
    static func checksumLine(_ digest: String, fileName: String) -> String { "\(digest)  \(fileName)\n" }
}
