/// The part of a URL that decides who receives a secret (RFC 6454 4).
public struct Origin: Hashable, Sendable, CustomStringConvertible {
    /// http or https.
    public let scheme: HTTPURL.Scheme
    /// The host in lower case; IPv6 addresses without brackets, in canonical form.
    public let host: String
    /// The TCP port.
    public let port: UInt16

    /// `https://host:port`.
    public var description: String { "\(scheme.rawValue)://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
}
