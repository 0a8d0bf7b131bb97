import DeployVars
import HTTPProxies

extension ProxySettings {
    /// The proxies that the vars name, for every URL that the agent asks.
    init(_ vars: ProxyVars) throws(ProxyError) {
        func proxy(_ url: HTTPURL?, _ key: VarsKey) throws(ProxyError) -> HTTPProxy? {
            guard let url else { return nil }
            return try HTTPProxy(url.text, key: key.rawValue)
        }
        self.init(
            http: try proxy(vars.http, .httpProxy), https: try proxy(vars.https, .httpsProxy),
            exceptions: ProxyExceptions(vars.exceptions))
    }
}

extension ProxyVars {
    /// The server that is connected to on the way to another one: its proxy, or itself.
    func firstHop(to server: Origin) -> Origin {
        let proxy = try? ProxySettings(self).proxy(
            scheme: server.scheme.rawValue, host: server.host, port: Int(server.port))
        guard proxy != nil else { return server }
        return (server.scheme == .https ? https : http)?.origin ?? server
    }
}
