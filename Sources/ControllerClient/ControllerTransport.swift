import AsyncHTTPClient
import Diagnostics
import FoundationEssentials
import HTTPProxies
import NIOCore
import NIOHTTP1
import NIOSSL
import TLSDiagnosis

/// Sends calls: one attempt, or as many as it takes.
struct ControllerTransport: Sendable {
    let clients: ProxiedClients
    /// What the client offers and trusts.
    let tls: TLSConfiguration?
    let configuration: ControllerConfiguration

    /// Repeats a call until it succeeds, is finally refused, or the time limit is over.
    ///
    /// - Parameter limit: from now on; `nil` repeats until the task is cancelled.
    func deliver(
        _ call: ControllerCall, within limit: Duration?, onRetry: (ControllerError) -> Void = { _ in }
    ) async throws(ControllerError) {
        let clock = ContinuousClock()
        let end = limit.map { clock.now + $0 }
        var failures = 0
        while true {
            let left = end.map { clock.now.duration(to: $0) }
            let attemptLimit = min(configuration.retry.attemptLimit, left ?? configuration.retry.attemptLimit)
            let outcome = await attempt(call, limit: max(attemptLimit, .milliseconds(1)))
            if Task.isCancelled, !outcome.isSuccess { throw .cancelled(key: call.key) }
            let error: ControllerError
            var asked: Duration?
            switch outcome {
            case .success: return
            case .answered(let status, let retryAfter, let message):
                error = .answered(key: call.key, url: maskedURL(call.url), status: status, message: message)
                guard RetryPolicy.isTransient(status: status) else { throw error }
                asked = retryAfter
            case .failed(let failure):
                error = .unreachable(key: call.key, url: maskedURL(call.url), failure: failure)
            }
            let pause = configuration.retry.pause(
                afterFailure: failures, chance: Double.random(in: 0...1), asked: asked)
            failures += 1
            if let end, clock.now + pause >= end { throw error }
            onRetry(error)
            do {
                try await clock.sleep(for: pause)
            } catch {
                throw .cancelled(key: call.key)
            }
        }
    }

    /// Sends a call once.
    func attempt(_ call: ControllerCall, limit: Duration) async -> AttemptOutcome {
        guard let url = URL(string: call.url) else { return .failed(.other("an invalid URL")) }
        let route = clients.route(to: url)
        var request = HTTPClientRequest(url: route.url.absoluteString)
        request.method = call.method
        request.headers.add(name: "User-Agent", value: "martlet/\(configuration.version)")
        request.headers.add(name: "Content-Type", value: call.contentType)
        if call.isGzip { request.headers.add(name: "Content-Encoding", value: "gzip") }
        if let token = configuration.token {
            request.headers.add(name: "Authorization", value: "Bearer \(token.revealed)")
        }
        if let key = call.idempotencyKey { request.headers.add(name: "Idempotency-Key", value: key) }
        request.headers.add(contentsOf: route.headers)
        request.body = .bytes(call.body)
        let prepared = request
        let end = ContinuousClock.now + limit
        do {
            return try await withTimeLimit(limit) { try await send(prepared, route, limit: limit) }
                ?? .failed(.timedOut)
        } catch {
            if let proxy = route.proxy, let reason = proxyFailureText(error, describe: { "\(TransportFailure($0))" }) {
                return .failed(.proxy("\(proxy)", key: proxy.key, reason: reason))
            }
            guard let fault = await certificateFault(error, call, route, before: end) else {
                return .failed(TransportFailure(error))
            }
            return .failed(.certificate(fault))
        }
    }

    /// Why the controller's certificate was refused, if that is what made an attempt fail.
    private func certificateFault(
        _ error: any Error, _ call: ControllerCall, _ route: ProxiedClients.Route, before end: ContinuousClock.Instant
    ) async -> CertificateFault? {
        guard let refusal = CertificateRefusal(error) else { return nil }
        let left = ContinuousClock.now.duration(to: end)
        // Another handshake, straight to the controller, would look past the proxy.
        guard route.proxy == nil, let tls, let host = route.url.host(), left > .zero else {
            return refusal.fault
        }
        return await CertificateDiagnosis(
            of: refusal, host: host, port: route.url.port ?? 443, tls: tls, limit: min(.seconds(5), left),
            on: clients.eventLoopGroup
        ).fault
    }

    private func send(
        _ request: HTTPClientRequest, _ route: ProxiedClients.Route, limit: Duration
    ) async throws -> AttemptOutcome {
        let response = try await route.client.execute(request, timeout: TimeAmount(limit))
        let status = Int(response.status.code)
        if (200...299).contains(status) {
            // The rest of a success does not matter, and a body without end must not keep the connection.
            _ = try? await response.body.collect(upTo: Self.answerLimit)
            return .success
        }
        if response.status == .proxyAuthenticationRequired, let proxy = route.proxy {
            return .failed(.proxy("\(proxy)", key: proxy.key, reason: proxyAuthenticationText))
        }
        let retryAfter = response.headers.first(name: "Retry-After").flatMap { RetryAfter.duration($0, now: Date()) }
        let body = (try? await response.body.collect(upTo: Self.answerLimit)).map { String(buffer: $0) } ?? ""
        return .answered(status: status, retryAfter: retryAfter, message: message(in: body))
    }

    /// The `message` of a JSON body, or the first line of any other, cut to what fits on a console line.
    private func message(in body: String) -> String {
        struct Body: Decodable { let message: String }
        let said = (try? JSONDecoder().decode(Body.self, from: Data(body.utf8)))?.message ?? body
        let line = said.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        let printable = line.unicodeScalars.filter { $0.properties.generalCategory != .control }
        var text = String(String.UnicodeScalarView(printable.prefix(200)))
        if text.hasPrefix("<") { text = "an HTML page" }
        return configuration.scrubber.scrub(text)
    }

    private static let answerLimit = 64 << 10
}

extension AttemptOutcome {
    var isSuccess: Bool {
        if case .success = self { true } else { false }
    }
}

/// Runs an operation for at most a time; `nil` when the time was over first. The operation is cancelled then.
func withTimeLimit<Value: Sendable>(
    _ limit: Duration, _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value? {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await operation() }
        group.addTask {
            try await Task.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        return try await group.next() ?? nil
    }
}
