import Diagnostics
import FoundationEssentials
import HTTPTypes
import Hummingbird

extension Request {
    /// The bearer token (RFC 6750 2.1), if there is one.
    var bearer: Secret<String>? {
        guard let value = headers[.authorization], value.lowercased().hasPrefix("bearer ") else { return nil }
        let token = value.dropFirst("bearer ".count).filter { $0 != " " }
        return token.isEmpty ? nil : Secret(String(token))
    }

    /// A call of an agent to one of its machine's endpoints.
    func agentCall(_ context: ControllerContext) throws -> AgentCall {
        AgentCall(
            machine: try context.identifier(), token: bearer, peer: context.peer,
            idempotencyKey: headers[.idempotencyKey])
    }
}

extension ControllerContext {
    /// The identifier in the path.
    ///
    /// - Throws: `MachineRefusal.badIdentifier`.
    func identifier() throws -> MachineIdentifier {
        guard let text = parameters.get("id"), let id = MachineIdentifier(text) else {
            throw MachineRefusal.badIdentifier
        }
        return id
    }
}

extension HTTPField.Name {
    /// draft-ietf-httpapi-idempotency-key-header.
    static var idempotencyKey: HTTPField.Name { HTTPField.Name(parsed: "idempotency-key") ?? .ifMatch }
}

/// The URL by which machines reach this controller.
struct PublicURL: Sendable {
    let configured: String?

    /// The configured one, or else the one by which a request came.
    ///
    /// - Throws: 400 when a request names no usable host.
    func base(for request: Request) throws -> String {
        if let configured { return configured }
        guard let host = request.head.authority, !host.isEmpty, host.utf8.count <= 260,
            host.utf8.allSatisfy({ Self.isHostByte($0) })
        else { throw HTTPError(.badRequest, message: "the Host header is missing or not usable") }
        return "http://\(host)"
    }

    /// What a host and port are made of; nothing that means something in a script or a quoted value.
    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: ".-_:[]".utf8.contains(byte)
        }
    }
}

extension Response {
    /// Text that is not to be cached.
    static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// An answer that says no more than its status.
    static func empty(_ status: HTTPResponse.Status) -> Response { Response(status: status) }
}
