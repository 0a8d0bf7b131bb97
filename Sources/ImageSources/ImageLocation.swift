import Diagnostics
import FoundationEssentials
import NetworkTypes
import OCIReferences

/// Where an image is: an http or https URL, a reference in a registry, or a file.
public enum ImageLocation: Sendable, Equatable {
    /// An absolute http or https URL.
    case http(HTTPLocation)
    /// The only layer of an image in a registry.
    case oci(OCIReference)
    /// A path in the file system.
    case file(String)

    /// Reads a location: a URL with the scheme http, https, oci or file, or else a path.
    ///
    /// - Throws: `ImageSourceError.invalidLocation`.
    public init(_ text: String) throws(ImageSourceError) {
        guard let separator = text.firstRange(of: "://") else {
            guard !text.isEmpty else { throw .invalidLocation("an empty text", reason: "there is nothing in it") }
            self = .file(text)
            return
        }
        switch text[..<separator.lowerBound].lowercased() {
        case "http", "https": self = .http(try HTTPLocation(text))
        case "oci":
            do throws(OCIReferenceError) {
                self = .oci(try OCIReference(text[separator.upperBound...]))
            } catch {
                throw .invalidLocation(error.reference, reason: error.reason)
            }
        case "file":
            guard text[separator.upperBound...].hasPrefix("/"), let url = URL(string: text) else {
                throw .invalidLocation(maskedURL(text), reason: "a file URL has the form file:///path")
            }
            self = .file(url.path(percentEncoded: false))
        case let scheme: throw .invalidLocation(maskedURL(text), reason: "the scheme \(scheme) is not supported")
        }
    }
}

/// An http or https URL, its user information taken out of it.
public struct HTTPLocation: Sendable, Equatable {
    /// Whom credentials belong to: scheme, host and port (RFC 6454 4).
    struct Origin: Equatable, CustomStringConvertible {
        let scheme: String
        let host: String
        let port: Int

        var description: String { "\(scheme)://\(host):\(port)" }

        /// Whether what is sent there never leaves the machine: 127.0.0.0/8, ::1, localhost.
        var isLoopback: Bool {
            host == "localhost" || IPAddress(host.filter { !"[]".contains($0) })?.isLoopback == true
        }
    }

    /// The URL without user information and fragment.
    let url: URL
    let origin: Origin
    /// `user:password`, percent-decoded.
    let credentials: Secret<String>?

    /// The URL as it may be printed.
    public var masked: String { maskedURL(url.absoluteString) }

    /// Reads a URL.
    ///
    /// - Throws: `ImageSourceError.invalidLocation`.
    public init(_ text: String) throws(ImageSourceError) {
        guard let url = URL(string: text) else { throw .invalidLocation(maskedURL(text), reason: "it is no URL") }
        try self.init(url)
    }

    init(_ url: URL) throws(ImageSourceError) {
        let shown = maskedURL(url.absoluteString)
        guard var parts = URLComponents(url: url, resolvingAgainstBaseURL: true) else {
            throw .invalidLocation(shown, reason: "it is no URL")
        }
        guard let scheme = parts.scheme?.lowercased(), scheme == "http" || scheme == "https" else {
            throw .invalidLocation(shown, reason: "its scheme is neither http nor https")
        }
        guard let host = parts.host, !host.isEmpty else { throw .invalidLocation(shown, reason: "it names no host") }
        let port = parts.port ?? (scheme == "https" ? 443 : 80)
        guard (1...65535).contains(port) else { throw .invalidLocation(shown, reason: "its port is out of range") }
        credentials = parts.user.map { Secret("\($0):\(parts.password ?? "")") }
        parts.user = nil
        parts.password = nil
        parts.fragment = nil
        guard let bare = parts.url else { throw .invalidLocation(shown, reason: "it is no URL") }
        self.url = bare
        origin = Origin(scheme: scheme, host: host.lowercased(), port: port)
    }

    /// Where a redirect leads.
    func redirected(to location: String) throws(ImageSourceError) -> HTTPLocation {
        guard let url = URL(string: location, relativeTo: url)?.absoluteURL else {
            throw .redirect(masked, reason: "the server sent no usable Location")
        }
        let target = try HTTPLocation(url)
        if origin.scheme == "https", target.origin.scheme == "http" {
            throw .redirect(masked, reason: "it leads from https to plain http")
        }
        return target
    }

    /// The place of a file beside this one, whose name has something more at its end.
    func appending(_ suffix: String) throws(ImageSourceError) -> HTTPLocation {
        guard var parts = URLComponents(url: url, resolvingAgainstBaseURL: true) else {
            throw .invalidLocation(masked, reason: "it is no URL")
        }
        parts.path += suffix
        guard let next = parts.url else { throw .invalidLocation(masked, reason: "it is no URL") }
        return HTTPLocation(self, url: next)
    }

    /// The last part of the path, percent-decoded.
    var lastComponent: String { url.lastPathComponent }

    private init(_ other: HTTPLocation, url: URL) {
        self.url = url
        origin = other.origin
        credentials = other.credentials
    }
}
