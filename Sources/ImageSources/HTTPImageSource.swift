/// An image on an http or https server.
public struct HTTPImageSource: HTTPStreamSource {
    private let location: HTTPLocation
    let options: HTTPOptions

    /// The URL, masked.
    public var name: String { location.masked }

    /// An image at a URL.
    public init(_ location: HTTPLocation, options: HTTPOptions = HTTPOptions()) {
        self.location = location
        self.options = options
    }

    /// One download.
    public func makeStream() -> any ImageStream { makeHTTPStream() }

    func makeHTTPStream() -> HTTPImageStream {
        HTTPImageStream(HTTPImageRequests(location, options: options), options: options)
    }
}

/// A source whose streams can go on where one of another mirror is.
protocol HTTPStreamSource: ImageSource {
    var options: HTTPOptions { get }

    func makeHTTPStream() -> HTTPImageStream
}
