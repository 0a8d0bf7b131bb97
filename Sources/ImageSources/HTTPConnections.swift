import AsyncHTTPClient
import Diagnostics
import FoundationEssentials
import HTTPProxies
import LinuxSystem
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import TLSDiagnosis

/// An answer whose body has yet to be read.
struct HTTPAnswer: Sendable {
    let head: HTTPResponseHead
    let task: HTTPClient.Task<Void>
    let receiver: HTTPResponseReceiver
}

/// Sends GET requests and follows redirects; blocks its caller. Thread-safe.
final class HTTPConnections: Sendable {
    private struct State {
        var receiver: HTTPResponseReceiver?
        var task: HTTPClient.Task<Void>?
        var diagnosis: CertificateDiagnosis?
        var isCancelled = false
    }

    private static let mostRedirects = 10
    /// More at a time than SwiftNIO receives by itself: fewer calls, and fewer changes between its thread and the reader's.
    private static let receiving = AdaptiveRecvByteBufferAllocator(
        minimum: 4 << 10, initial: 64 << 10, maximum: 512 << 10)
    private let options: HTTPOptions
    private let clients: ProxiedClients
    private let current = Monitor(State())

    init(_ options: HTTPOptions) {
        self.options = options
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: options.tlsConfiguration, redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(options.connectTimeout)))
        // Another mirror, or the caller's own retry, comes sooner than the pool's.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        configuration.http1_1ConnectionDebugInitializer = { channel in
            channel.setOption(.recvAllocator, value: Self.receiving)
        }
        clients = ProxiedClients(configuration, options.proxies, on: MultiThreadedEventLoopGroup.singleton)
    }

    /// Asks for a location, and for wherever it redirects to.
    ///
    /// - Parameter credentials: header fields for one of the places that are asked; nobody else sees them.
    /// - Returns: an answer of any status, and the place that it is from.
    /// - Throws: `ImageSourceError`.
    func get(
        _ location: HTTPLocation, _ headers: HTTPHeaders, credentials: (HTTPLocation) -> HTTPHeaders
    ) throws -> (answer: HTTPAnswer, place: HTTPLocation) {
        var place = location
        for _ in 0...Self.mostRedirects {
            var headers = headers
            headers.add(name: "User-Agent", value: options.userAgent)
            headers.add(name: "Accept-Encoding", value: "identity")
            for (name, value) in credentials(place) { headers.replaceOrAdd(name: name, value: value) }
            // A redirect may carry its own user information.
            if let credentials = place.credentials, !headers.contains(name: "Authorization") {
                headers.add(name: "Authorization", value: basicAuthorization(credentials))
            }
            let answer = try send(place, headers)
            switch answer.head.status.code {
            case 301, 302, 303, 307, 308:
                answer.task.cancel()
                guard let next = answer.head.headers.first(name: "Location") else {
                    throw ImageSourceError.redirect(place.masked, reason: "the server sent no Location")
                }
                place = try place.redirected(to: next)
            default: return (answer, place)
            }
        }
        throw ImageSourceError.redirect(location.masked, reason: "there are more than \(Self.mostRedirects) in a row")
    }

    private func send(_ target: HTTPLocation, _ headers: HTTPHeaders) throws -> HTTPAnswer {
        let receiver = HTTPResponseReceiver()
        let route = clients.route(to: target.url)
        var headers = headers
        headers.add(contentsOf: route.headers)
        do {
            let request = try HTTPClient.Request(url: route.url, method: .GET, headers: headers)
            let task = route.client.execute(request: request, delegate: receiver)
            let isCancelled = current.update { state in
                state.receiver = receiver
                state.task = task
                return state.isCancelled
            }
            if isCancelled { cancel() }
            if let head = try receiver.head(timeout: options.connectTimeout + options.stallTimeout) {
                if head.status == .proxyAuthenticationRequired, let proxy = route.proxy {
                    task.cancel()
                    throw ImageSourceError.proxy(
                        "\(proxy)", key: proxy.key, target: target.masked, reason: proxyAuthenticationText)
                }
                return HTTPAnswer(head: head, task: task, receiver: receiver)
            }
            task.cancel()
        } catch let error as ImageSourceError {
            throw error
        } catch {
            if let refusal = CertificateRefusal(error) {
                // Another handshake, straight to the server, would look past the proxy.
                let fault = route.proxy == nil ? fault(refusal, target) : refusal.fault
                throw ImageSourceError.certificate(target.masked, fault)
            }
            if let proxy = route.proxy, let reason = proxyFailureText(error, describe: connectionFailureText) {
                throw ImageSourceError.proxy("\(proxy)", key: proxy.key, target: target.masked, reason: reason)
            }
            throw ImageSourceError.unreachable(target.masked, reason: connectionFailureText(error))
        }
        let patience = options.connectTimeout + options.stallTimeout
        throw ImageSourceError.unreachable(
            target.masked, reason: "the server has not answered in \(patience.components.seconds) s")
    }

    /// Why the certificate of an origin was refused.
    private func fault(_ refusal: CertificateRefusal, _ target: HTTPLocation) -> CertificateFault {
        let diagnosis = CertificateDiagnosis(
            of: refusal, host: target.origin.host, port: target.origin.port, tls: options.tlsConfiguration,
            limit: min(.seconds(5), options.connectTimeout), on: clients.eventLoopGroup)
        let isCancelled = current.update { state in
            state.diagnosis = diagnosis
            return state.isCancelled
        }
        if isCancelled { diagnosis.cancel() }
        return diagnosis.waitForFault()
    }

    /// Does nothing for some time.
    ///
    /// - Throws: `ImageSourceError.cancelled` as soon as it is.
    func pause(_ time: Duration) throws(ImageSourceError) {
        if current.wait(timeout: time, until: { $0.isCancelled ? true : nil }) != nil { throw .cancelled }
    }

    /// Ends the current request and every later one.
    func cancel() {
        let (receiver, task, diagnosis) = current.update { state in
            state.isCancelled = true
            return (state.receiver, state.task, state.diagnosis)
        }
        diagnosis?.cancel()
        receiver?.fail(ImageSourceError.cancelled)
        task?.cancel()
    }

    /// Cancels and lets go of the connections. Blocks for a moment.
    func close() {
        cancel()
        clients.syncShutdown()
    }
}

/// A field for `user:password` (RFC 7617 2).
func basicAuthorization(_ credentials: Secret<String>) -> String {
    "Basic \(Data(credentials.revealed.utf8).base64EncodedString())"
}

extension HTTPOptions {
    /// What a client offers and trusts.
    var tlsConfiguration: TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        // Without a bundle of the system's own, what the TLS library finds by itself is all there is; where it would find
        // nothing it fails instead of trusting nobody.
        let fallback = TrustAnchors.systemFile == nil ? NIOSSLTrustRoots.certificates([]) : .default
        tls.trustRoots = Files.exists(systemTrustRoots) ? .file(systemTrustRoots) : fallback
        tls.additionalTrustRoots = extraTrustRoots.map { [.file($0)] } ?? []
        return tls
    }
}
