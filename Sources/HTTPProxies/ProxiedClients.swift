import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1
import Synchronization

/// HTTP clients that are alike but for the way they take: straight to a server, through a tunnel in a proxy for https, or
/// by way of a proxy for http.
///
/// AsyncHTTPClient knows tunnels only, which many proxies open to port 443 alone. For plain http the request goes to the
/// proxy as to a server, and its target becomes an absolute URL (RFC 9112 3.2.2) on its way out.
public final class ProxiedClients: Sendable {
    /// A way to a server.
    public struct Route: Sendable {
        /// The client to ask.
        public let client: HTTPClient
        /// The proxy on the way.
        public let proxy: HTTPProxy?
        /// The URL to ask the client for.
        public let url: URL
        /// Header fields to add to the request.
        public let headers: HTTPHeaders
    }

    private enum Way: Hashable {
        case direct
        case forwarded(HTTPProxy)
        case tunnel(HTTPProxy)
    }

    private struct State {
        var clients: [Way: HTTPClient] = [:]
        var isShutDown = false
    }

    /// The threads of all clients.
    public let eventLoopGroup: any EventLoopGroup
    private let configuration: HTTPClient.Configuration
    private let settings: ProxySettings
    private let direct: HTTPClient
    private let state: Mutex<State>

    /// Clients with this configuration. Nothing is connected yet.
    public init(
        _ configuration: HTTPClient.Configuration, _ settings: ProxySettings, on eventLoopGroup: any EventLoopGroup
    ) {
        self.configuration = configuration
        self.settings = settings
        self.eventLoopGroup = eventLoopGroup
        direct = HTTPClient(eventLoopGroupProvider: .shared(eventLoopGroup), configuration: configuration)
        state = Mutex(State())
    }

    /// The way to the server of a URL.
    public func route(to url: URL) -> Route {
        let scheme = url.scheme?.lowercased() ?? "http"
        guard let host = url.host(), let parts = URLComponents(url: url, resolvingAgainstBaseURL: true),
            let proxy = settings.proxy(scheme: scheme, host: host, port: url.port ?? (scheme == "https" ? 443 : 80))
        else { return Route(client: direct, proxy: nil, url: url, headers: [:]) }
        guard scheme == "http", let forwarded = parts.sent(to: proxy) else {
            return Route(client: client(.tunnel(proxy)), proxy: proxy, url: url, headers: [:])
        }
        // Some proxies close a connection after an answer without having said so, just when the next request comes.
        var headers: HTTPHeaders = ["Host": parts.authority, "Connection": "close"]
        if let authorization = proxy.authorization {
            headers.add(name: "Proxy-Authorization", value: authorization.headerValue)
        }
        return Route(client: client(.forwarded(proxy)), proxy: proxy, url: forwarded, headers: headers)
    }

    /// Closes all connections. Call it once, last.
    public func shutdown() async {
        for client in clientsAtTheEnd() { try? await client.shutdown() }
    }

    /// Closes all connections, blocking for a moment. Call it once, last.
    public func syncShutdown() {
        for client in clientsAtTheEnd() { try? client.syncShutdown() }
    }

    private func clientsAtTheEnd() -> [HTTPClient] {
        state.withLock { state in
            defer { state = State(isShutDown: true) }
            return state.isShutDown ? [] : [direct] + state.clients.values
        }
    }

    /// The client for a way; after the end the first one, which refuses to do anything more.
    private func client(_ way: Way) -> HTTPClient {
        state.withLock { state in
            if state.isShutDown { return direct }
            if let known = state.clients[way] { return known }
            var configuration = configuration
            switch way {
            case .direct: return direct
            case .forwarded:
                configuration.http1_1ConnectionDebugInitializer = { channel in
                    channel.eventLoop.makeCompletedFuture { try AbsoluteTargets.add(to: channel) }
                }
            case .tunnel(let proxy):
                configuration.proxy = .server(
                    host: proxy.host, port: proxy.port, authorization: proxy.authorization)
            }
            let client = HTTPClient(eventLoopGroupProvider: .shared(eventLoopGroup), configuration: configuration)
            state.clients[way] = client
            return client
        }
    }
}

extension HTTPProxy {
    fileprivate var authorization: HTTPClient.Authorization? {
        credentials.map { .basic(credentials: Data($0.revealed.utf8).base64EncodedString()) }
    }
}

extension URLComponents {
    /// Host and port as a `Host` field has them.
    fileprivate var authority: String {
        let host = percentEncodedHost ?? ""
        return port.map { $0 == 80 ? host : "\(host):\($0)" } ?? host
    }

    /// The same path at a proxy.
    fileprivate func sent(to proxy: HTTPProxy) -> URL? {
        var parts = self
        (parts.user, parts.password, parts.fragment) = (nil, nil, nil)
        parts.percentEncodedHost = proxy.hostInURL
        parts.port = proxy.port
        return parts.url
    }
}

/// Makes the targets of requests absolute.
private final class AbsoluteTargets: ChannelOutboundHandler {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    /// Puts itself between the client and what writes its requests down.
    static func add(to channel: any Channel) throws {
        let encoder = try channel.pipeline.syncOperations.handler(type: HTTPRequestEncoder.self)
        try channel.pipeline.syncOperations.addHandler(AbsoluteTargets(), position: .after(encoder))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = unwrapOutboundIn(data), let host = head.headers.first(name: "Host") else {
            context.write(data, promise: promise)
            return
        }
        head.uri = "http://\(host)\(head.uri)"
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }
}
