/// What a download sends its requests by. Calls block; all but `cancel()` come from one thread.
protocol ImageRequests: Sendable {
    /// What to call the image in messages, without secrets.
    var name: String { get }
    /// What its bytes must come to; `nil` where nothing says so, or nothing was asked yet.
    var layer: OCILayer? { get }

    /// Asks for the image, from `offset` on and up to `limit`; with a validator, only if it is still the one that this
    /// names, and for all of it if it is not.
    ///
    /// - Returns: an answer with the status 200 or 206.
    /// - Throws: `ImageSourceError`.
    func get(from offset: UInt64, to limit: UInt64?, validator: String?) throws -> HTTPAnswer

    /// Does nothing for some time.
    ///
    /// - Throws: `ImageSourceError.cancelled` as soon as it is.
    func pause(_ time: Duration) throws(ImageSourceError)

    /// Ends the current request and every later one. From any thread.
    func cancel()

    /// Cancels and lets go of the connections.
    func close()
}
