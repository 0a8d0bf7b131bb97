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

/// Begins uploads; blocks its caller. Thread-safe.
final class HTTPUploads: Sendable {
    private struct State {
        var upload: HTTPUpload?
        var diagnosis: CertificateDiagnosis?
        var isCancelled = false
    }

    private let options: HTTPOptions
    private let clients: ProxiedClients
    private let current = Monitor(State())

    init(options: HTTPOptions) {
        self.options = options
        var configuration = HTTPClient.Configuration(
            tlsConfiguration: options.tlsConfiguration, redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(options.connectTimeout)))
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        clients = ProxiedClients(configuration, options.proxies, on: MultiThreadedEventLoopGroup.singleton)
    }

    /// Sends the head of a request whose body has no length that is known yet. No redirect is followed: what was sent
    /// could not be sent again.
    ///
    /// - Throws: `ImageDestinationError`.
    func begin(_ location: HTTPLocation, method: HTTPMethod, contentType: String) throws -> HTTPUpload {
        let route = clients.route(to: location.url)
        let upload = HTTPUpload(location.masked, proxy: route.proxy, stallTimeout: options.stallTimeout)
        do {
            let task = route.client.execute(
                request: try request(location, route, method, contentType, body: upload.body), delegate: upload)
            upload.began(task)
            let isCancelled = current.update { state in
                state.upload = upload
                return state.isCancelled
            }
            if isCancelled { cancel() }
            try upload.waitForConnection(timeout: options.connectTimeout + options.stallTimeout)
            return upload
        } catch let error as ImageDestinationError {
            throw error
        } catch {
            if let refusal = CertificateRefusal(error) {
                // Another handshake, straight to the server, would look past the proxy.
                let fault = route.proxy == nil ? fault(refusal, location) : refusal.fault
                throw ImageDestinationError.certificate(location.masked, fault)
            }
            if let proxy = route.proxy, let reason = proxyFailureText(error, describe: connectionFailureText) {
                throw ImageDestinationError.unreachable(
                    location.masked, reason: "by way of \(proxy) (\(proxy.key)): \(reason)")
            }
            throw ImageDestinationError.unreachable(location.masked, reason: connectionFailureText(error))
        }
    }

    private func request(
        _ location: HTTPLocation, _ route: ProxiedClients.Route, _ method: HTTPMethod, _ contentType: String,
        body: HTTPClient.Body
    ) throws -> HTTPClient.Request {
        var headers = HTTPHeaders([
            ("User-Agent", options.userAgent), ("Accept", "*/*"), ("Content-Type", contentType),
        ])
        for field in options.headers.revealed { headers.replaceOrAdd(name: field.name, value: field.value) }
        if let credentials = location.credentials, !headers.contains(name: "Authorization") {
            let encoded = Data(credentials.revealed.utf8).base64EncodedString()
            headers.add(name: "Authorization", value: "Basic \(encoded)")
        }
        headers.add(contentsOf: route.headers)
        return try HTTPClient.Request(url: route.url, method: method, headers: headers, body: body)
    }

    /// Why the certificate of the server was refused.
    private func fault(_ refusal: CertificateRefusal, _ location: HTTPLocation) -> CertificateFault {
        let diagnosis = CertificateDiagnosis(
            of: refusal, host: location.origin.host, port: location.origin.port, tls: options.tlsConfiguration,
            limit: min(.seconds(5), options.connectTimeout), on: clients.eventLoopGroup)
        let isCancelled = current.update { state in
            state.diagnosis = diagnosis
            return state.isCancelled
        }
        if isCancelled { diagnosis.cancel() }
        return diagnosis.waitForFault()
    }

    /// Ends the current upload and every later one.
    func cancel() {
        let (upload, diagnosis) = current.update { state in
            state.isCancelled = true
            return (state.upload, state.diagnosis)
        }
        diagnosis?.cancel()
        upload?.cancel()
    }

    /// Cancels and lets go of the connections. Blocks for a moment.
    func close() {
        cancel()
        clients.syncShutdown()
    }
}

/// One request whose body comes piece by piece from a thread that waits while the connection is full.
final class HTTPUpload: HTTPClientResponseDelegate {
    typealias Response = Void

    private struct State {
        var task: HTTPClient.Task<Void>?
        var writer: HTTPClient.Body.StreamWriter?
        var bodyEnd: EventLoopPromise<Void>?
        var isWriting = false
        var head: HTTPResponseHead?
        var text = ByteBuffer()
        var isComplete = false
        var failure: (any Error)?
        /// A refusal may come before the whole body was sent; then nothing more of it is wanted.
        var isRefused: Bool { head.map { $0.status.code >= 300 } ?? false }
    }

    /// Bytes of the server's own words that are kept.
    private static let longestText = 4 << 10
    /// How long a server may take to store what it has received, before it answers.
    private static let storingTimeout = Duration.seconds(300)
    private static let refusalTimeout = Duration.seconds(5)

    private let url: String
    private let proxy: HTTPProxy?
    private let stallTimeout: Duration
    private let state = Monitor(State())

    init(_ url: String, proxy: HTTPProxy?, stallTimeout: Duration) {
        self.url = url
        self.proxy = proxy
        self.stallTimeout = stallTimeout
    }

    /// For the request: ends when `finish` or `cancel` is called.
    var body: HTTPClient.Body {
        .stream { [self] writer in
            // The writer's own empty write tells the event loop.
            writer.write(.byteBuffer(ByteBuffer())).flatMapWithEventLoop { [self] _, loop in
                let end = loop.makePromise(of: Void.self)
                let isOver = state.update { state in
                    state.writer = writer
                    state.bodyEnd = end
                    return state.failure != nil
                }
                if isOver { end.fail(ImageDestinationError.cancelled) }
                return end.futureResult
            }
        }
    }

    func began(_ task: HTTPClient.Task<Void>) {
        state.update { $0.task = task }
    }

    /// Waits until the body can be sent.
    ///
    /// - Throws: what made the connection fail.
    func waitForConnection(timeout: Duration) throws {
        let isReady: Bool? = try state.wait(timeout: timeout) { state in
            if state.writer != nil || state.head != nil { return true }
            if let failure = state.failure { throw failure }
            return nil
        }
        guard isReady == nil else { return }
        cancel()
        throw ImageDestinationError.unreachable(
            url, reason: "no connection was made in \(timeout.components.seconds) s")
    }

    /// Sends bytes; returns once the connection has room for more.
    ///
    /// - Throws: `ImageDestinationError`.
    func write(_ bytes: UnsafeRawBufferPointer) throws {
        let writer = state.update { state -> HTTPClient.Body.StreamWriter? in
            guard !state.isRefused, state.failure == nil else { return nil }
            state.isWriting = true
            return state.writer
        }
        guard let writer else { throw failure() }
        writer.write(.byteBuffer(ByteBuffer(bytes: bytes))).whenComplete { [state] result in
            state.update { state in
                state.isWriting = false
                if case .failure(let error) = result, state.failure == nil { state.failure = error }
            }
        }
        let goesOn: Bool? = state.wait(timeout: stallTimeout) { state in
            if state.isRefused || state.failure != nil { return false }
            return state.isWriting ? nil : true
        }
        if goesOn == true { return }
        guard goesOn == nil else { throw failure() }
        cancel()
        throw ImageDestinationError.stalled(url, offset: 0, seconds: Int(stallTimeout.components.seconds))
    }

    /// Ends the body and waits for the server's answer.
    ///
    /// - Throws: `ImageDestinationError` unless that is a success (2xx).
    func finish() throws {
        state.update { $0.bodyEnd.take() }?.succeed()
        let timeout = max(stallTimeout, Self.storingTimeout)
        let isAnswered: Bool? = state.wait(timeout: timeout) { state in
            state.isComplete || state.failure != nil || state.isRefused ? true : nil
        }
        guard isAnswered != nil else {
            cancel()
            throw ImageDestinationError.stalled(url, offset: 0, seconds: Int(timeout.components.seconds))
        }
        let isSuccess = state.update { $0.isComplete && !$0.isRefused && $0.head != nil }
        guard isSuccess else { throw failure() }
    }

    /// What ended the upload: the server's refusal if there is one, else the error of the connection.
    private func failure() -> ImageDestinationError {
        // The answer may be on its way behind the reset that a server sends which reads no further.
        _ = state.wait(timeout: Self.refusalTimeout) { state in
            state.isComplete || state.failure != nil ? () : nil
        }
        let (head, text, failure) = state.update { ($0.head, String(buffer: $0.text), $0.failure) }
        defer { cancel() }
        if head?.status == .proxyAuthenticationRequired, let proxy {
            return .unreachable(url, reason: "by way of \(proxy) (\(proxy.key)): \(proxyAuthenticationText)")
        }
        if let head, head.status.code >= 300 {
            return .refused(
                url, code: Int(head.status.code), phrase: head.status.reasonPhrase, text: Self.printable(text))
        }
        if case ImageDestinationError.cancelled? = failure { return .cancelled }
        return .interrupted(
            url, offset: 0, reason: failure.map(connectionFailureText) ?? "the server ended it without an answer")
    }

    /// The first line of what the server says.
    private static func printable(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).first ?? ""
        if line.hasPrefix("<") { return "an HTML page" }
        return line.isEmpty ? "" : quotedText(line, longest: 200)
    }

    /// Ends the upload. From any thread.
    func cancel() {
        let (task, end) = state.update { state in
            if !state.isComplete, state.failure == nil { state.failure = ImageDestinationError.cancelled }
            return (state.task, state.bodyEnd.take())
        }
        end?.fail(ImageDestinationError.cancelled)
        task?.cancel()
    }

    func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        state.update { $0.head = head }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        state.update { state in
            let room = max(Self.longestText - state.text.readableBytes, 0)
            state.text.writeImmutableBuffer(
                buffer.getSlice(at: buffer.readerIndex, length: min(room, buffer.readableBytes)) ?? ByteBuffer())
        }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didFinishRequest(task: HTTPClient.Task<Void>) {
        state.update { $0.isComplete = true }
    }

    func didReceiveError(task: HTTPClient.Task<Void>, _ error: any Error) {
        state.update { state in
            if !state.isComplete, state.failure == nil { state.failure = error }
        }
    }
}
