import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// One request to the controller: everything but the server's address that stands in the configuration.
struct ControllerCall: Sendable {
    /// The key in `/deploy/vars`, for errors.
    let key: String
    let url: String
    let method: HTTPMethod
    let contentType: String
    let body: [UInt8]
    /// Names a call that is repeated, so that a controller can tell it from a new one with the same body.
    let idempotencyKey: String?
    let isGzip: Bool

    init(
        _ key: String, _ url: String, method: HTTPMethod = .POST, contentType: String, body: [UInt8],
        idempotencyKey: String? = nil, isGzip: Bool = false
    ) {
        self.key = key
        self.url = url
        self.method = method
        self.contentType = contentType
        self.body = body
        self.idempotencyKey = idempotencyKey
        self.isGzip = isGzip
    }

    static func text(_ key: String, _ url: String, _ text: String, idempotencyKey: String? = nil) -> ControllerCall {
        ControllerCall(
            key, url, contentType: "text/plain; charset=utf-8", body: Array(text.utf8), idempotencyKey: idempotencyKey)
    }

    static func json(
        _ key: String, _ url: String, _ body: [UInt8], method: HTTPMethod = .POST, idempotencyKey: String? = nil
    ) -> ControllerCall {
        ControllerCall(
            key, url, method: method, contentType: "application/json", body: body, idempotencyKey: idempotencyKey)
    }
}

/// What came of one attempt.
enum AttemptOutcome: Sendable {
    case success
    /// A status outside 2xx, the pause it asks for, and its message.
    case answered(status: Int, retryAfter: Duration?, message: String)
    case failed(TransportFailure)
}
