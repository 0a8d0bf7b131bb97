/// An image on an http or https server.
public struct HTTPImageSource: ImageSource {
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
        HTTPImageStream(location, options: options)
    }
}
