/// The proxies on the way to every server that a URL names.
public struct ProxyVars: Equatable, Sendable {
    /// The one for http.
    public var http: HTTPURL?
    /// The one for https.
    public var https: HTTPURL?
    /// Hosts, domains, addresses and networks that are reached without a proxy.
    public var exceptions: [String] = []

    /// No proxy.
    public init() {}

    init(_ reader: inout VarsReader) {
        http = Self.proxy(.httpProxy, &reader)
        https = Self.proxy(.httpsProxy, &reader)
        exceptions = reader.list(
            .noProxy, allowed: "it must be hosts, domains, addresses and networks, separated by commas"
        ) { String($0) }
    }

    /// Also a proxy for https is itself spoken to by http.
    private static func proxy(_ key: VarsKey, _ reader: inout VarsReader) -> HTTPURL? {
        reader.value(key, allowed: "it must have the form http://HOST:PORT") { text in
            HTTPURL(text).flatMap { $0.scheme == .http && $0.path == "/" && $0.query == nil ? $0 : nil }
        }
    }
}
