import Diagnostics

/// Several mirrors of one image: the one whose first bytes come first is read, and when it fails in the middle another
/// one that proves to have the same image.
public struct MirroredImageSource: ImageSource {
    private let mirrors: [any ImageSource]

    /// The mirrors' names.
    public var name: String { mirrors.map(\.name).joined(separator: ", ") }

    /// Mirrors in order of preference.
    public init(_ mirrors: [any ImageSource]) {
        self.mirrors = mirrors
    }

    /// Mirrors at locations in order of preference: http, https and oci URLs, file URLs and paths.
    ///
    /// - Throws: `ImageSourceError.invalidLocation` for the first that is none.
    public init(locations: [String], options: HTTPOptions = HTTPOptions()) throws(ImageSourceError) {
        var mirrors: [any ImageSource] = []
        for text in locations {
            switch try ImageLocation(text) {
            case .http(let location): mirrors.append(HTTPImageSource(location, options: options))
            case .oci(let reference): mirrors.append(OCIImageSource(reference, options: options))
            case .file(let path): mirrors.append(FileImageSource(path))
            }
        }
        self.mirrors = mirrors
    }

    /// One pass over one of the mirrors.
    public func makeStream() -> any ImageStream {
        if let only = mirrors.first, mirrors.count == 1 { return only.makeStream() }
        return MirroredImageStream(mirrors)
    }
}
