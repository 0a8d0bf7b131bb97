import Hummingbird
import HummingbirdTLS
import Logging
import NIOSSL
import ServiceLifecycle
import Synchronization

/// A controller on a free port of this host that answers as it is told, and remembers what it was asked.
final class ScriptedController: Sendable {
    struct Call: Sendable {
        let method: String
        let path: String
        let body: String
        let headers: [String: String]
        let time: ContinuousClock.Instant
    }

    /// What to answer to the call with this number on its path, counted from 0.
    typealias Script = @Sendable (_ path: String, _ number: Int) async -> Response

    private let script: Script
    private let tls: TLSConfiguration?
    private let record = Mutex<[Call]>([])
    let port = Mutex<Int>(0)

    init(tls: TLSConfiguration? = nil, _ script: @escaping Script) {
        self.tls = tls
        self.script = script
    }

    var calls: [Call] { record.withLock { $0 } }

    func calls(to path: String) -> [Call] { calls.filter { $0.path == path } }

    func url(_ path: String) -> String { "http://127.0.0.1:\(port.withLock { $0 })\(path)" }

    /// Runs it while the body runs.
    @discardableResult
    func serving<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let ready = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            responder: CallbackResponder<BasicRequestContext> { request, _ in try await self.respond(request) },
            server: try tls.map { try .tls(.http1(), tlsConfiguration: $0) } ?? .http1(),
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { ready.continuation.yield($0.localAddress?.port ?? 0) },
            logger: Logger(label: "scripted") { _ in SwiftLogNoOpLogHandler() })
        var group = ServiceGroupConfiguration(services: [.init(service: application)], logger: application.logger)
        // A script may be one that hangs.
        group.maximumGracefulShutdownDuration = .milliseconds(300)
        let services = ServiceGroup(configuration: group)
        async let running: Void = services.run()
        for await number in ready.stream {
            port.withLock { $0 = number }
            break
        }
        let outcome: Result<Value, any Error>
        do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
        await services.triggerGracefulShutdown()
        try? await running
        return try outcome.get()
    }

    private func respond(_ request: Request) async throws -> Response {
        var body = try await request.body.collect(upTo: 8 << 20)
        let text = body.readString(length: body.readableBytes) ?? ""
        let headers = Dictionary(
            request.headers.map { ($0.name.canonicalName, $0.value) }, uniquingKeysWith: { first, _ in first })
        let number = record.withLock { record in
            let number = record.count { $0.path == request.uri.path }
            record.append(
                Call(
                    method: request.method.rawValue, path: request.uri.path, body: text, headers: headers, time: .now))
            return number
        }
        return await script(request.uri.path, number)
    }
}
