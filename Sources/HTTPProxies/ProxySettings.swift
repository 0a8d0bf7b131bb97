/// Which proxy is used for which server.
public struct ProxySettings: Sendable, Equatable {
    /// For servers that are spoken to by http.
    public var http: HTTPProxy?
    /// For those that are spoken to by https.
    public var https: HTTPProxy?
    /// Servers that are reached directly all the same.
    public var exceptions: ProxyExceptions

    /// Settings; without any, all servers are reached directly.
    public init(
        http: HTTPProxy? = nil, https: HTTPProxy? = nil, exceptions: ProxyExceptions = ProxyExceptions("")
    ) {
        self.http = http
        self.https = https
        self.exceptions = exceptions
    }

    /// What the environment of a process says: `http_proxy`, `https_proxy`, `no_proxy`, and the same in capitals where
    /// those are not there.
    ///
    /// - Throws: `ProxyError`.
    public init(environment: [String: String]) throws(ProxyError) {
        func value(_ key: String) -> (key: String, text: String)? {
            for name in [key, key.uppercased()] {
                if let text = environment[name], !text.isEmpty { return (name, text) }
            }
            return nil
        }
        func proxy(_ key: String) throws(ProxyError) -> HTTPProxy? {
            guard let (name, text) = value(key) else { return nil }
            return try HTTPProxy(text, key: name)
        }
        self.init(
            http: try proxy("http_proxy"), https: try proxy("https_proxy"),
            exceptions: ProxyExceptions(value("no_proxy")?.text ?? ""))
    }

    /// The proxy for a server; `nil` when it is reached directly.
    public func proxy(scheme: String, host: String, port: Int) -> HTTPProxy? {
        guard let proxy = scheme == "https" ? https : http, !exceptions.contain(host: host, port: port) else {
            return nil
        }
        return proxy
    }
}
