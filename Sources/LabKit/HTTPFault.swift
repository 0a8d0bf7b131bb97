/// How a path of the image server misbehaves.
public struct HTTPFault: Sendable {
    /// What goes wrong.
    public enum Kind: Sendable, Equatable {
        /// Closes the connection after so many percent of the file, having promised all of it; bytes past that point
        /// are never sent, whatever range is asked for.
        case truncated(percent: Int)
        /// Stops sending after so many percent of the file and keeps the connection open.
        case stalled(percent: Int)
        /// Resets the connection after so many percent of the file.
        case reset(percent: Int)
        /// Announces a `Content-Length` so many bytes greater (or less) than the file's, then closes the connection.
        case lyingLength(by: Int)
        /// Sends no more than so many bytes a second.
        case throttled(bytesPerSecond: Int)
        /// Answers with this status; with `Retry-After` in seconds if given.
        case status(Int, retryAfter: Int?)
        /// Ignores `Range` and sends the whole file with 200.
        case noRanges
    }

    /// What goes wrong.
    public var kind: Kind
    /// How many requests it hits before the path heals; `nil` for all.
    public var times: Int?

    /// A fault of a path.
    public init(_ kind: Kind, times: Int? = nil) {
        self.kind = kind
        self.times = times
    }
}
