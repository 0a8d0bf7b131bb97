import LinuxSystem
import OCIReferences

/// A disk image that is the only layer of an image in a registry (OCI distribution specification; Docker Registry HTTP API
/// V2).
public struct OCIImageSource: HTTPStreamSource {
    private let reference: OCIReference
    let options: HTTPOptions
    /// The layer that the first stream found: later ones read the same, whatever became of the tag.
    private let found = Monitor<OCILayer?>(nil)

    /// The reference.
    public var name: String { reference.description }

    /// An image in a registry.
    public init(_ reference: OCIReference, options: HTTPOptions = HTTPOptions()) {
        self.reference = reference
        self.options = options
    }

    /// One download.
    public func makeStream() -> any ImageStream { makeHTTPStream() }

    func makeHTTPStream() -> HTTPImageStream {
        HTTPImageStream(OCIRequests(reference, options: options, found: found), options: options, isLayer: true)
    }
}
