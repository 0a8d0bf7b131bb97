import Diagnostics
import FoundationEssentials

/// A proxy that requests are sent through (RFC 9110 3.7, RFC 9112 3.2.2 and 3.2.3).
public struct HTTPProxy: Hashable, Sendable, CustomStringConvertible {
    /// The setting that names it, such as `HTTPS_PROXY`.
    public let key: String
    /// Its host; an IPv6 address without brackets.
    public let host: String
    /// Its TCP port.
    public let port: Int
    /// `user:password`, percent-decoded.
    public let credentials: Secret<String>?

    /// Reads a proxy's URL, whose scheme is http or not written.
    ///
    /// - Parameter key: the setting that holds it.
    /// - Throws: `ProxyError` for anything else.
    public init(_ text: String, key: String) throws(ProxyError) {
        let url = text.contains("://") ? text : "http://\(text)"
        guard let parts = URLComponents(string: url), let host = parts.host, !host.isEmpty,
            parts.path.isEmpty || parts.path == "/", parts.query == nil
        else { throw .notAProxy(key: key, url: maskedURL(url), reason: "it has the form http://HOST:PORT") }
        guard parts.scheme?.lowercased() == "http" else {
            throw .notAProxy(key: key, url: maskedURL(url), reason: "a proxy is spoken to by http only")
        }
        let port = parts.port ?? 80
        guard (1...65535).contains(port) else {
            throw .notAProxy(key: key, url: maskedURL(url), reason: "its port is out of range")
        }
        self.key = key
        self.host = host.filter { !"[]".contains($0) }
        self.port = port
        credentials = parts.user.map { Secret("\($0):\(parts.password ?? "")") }
    }

    /// The host as it stands in a URL.
    var hostInURL: String { host.contains(":") ? "[\(host)]" : host }

    /// Where it is and which setting says so, without its password.
    public var description: String { "http://\(hostInURL):\(port) of \(key)" }

    /// Proxies with the same password are equal when they are at the same place.
    public static func == (left: Self, right: Self) -> Bool {
        (left.host, left.port, left.credentials?.revealed) == (right.host, right.port, right.credentials?.revealed)
            && left.key == right.key
    }

    /// Hashes the place.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(host)
        hasher.combine(port)
    }
}

/// A setting that names no usable proxy.
public enum ProxyError: ExplainedError, Hashable {
    /// The URL is none of a proxy; it is masked.
    case notAProxy(key: String, url: String, reason: String)

    /// One sentence without a final full stop.
    public var description: String {
        switch self {
        case .notAProxy(let key, let url, let reason): "\(key) names no proxy that can be used, \(url): \(reason)"
        }
    }

    /// What to try.
    public var advice: String {
        switch self {
        case .notAProxy(let key, _, _): "correct \(key), or leave it out"
        }
    }
}
