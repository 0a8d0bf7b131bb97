import FoundationEssentials
import Hummingbird
import NIOCore

/// JSON in requests and responses.
enum JSONBody {
    /// A response with a value as its body.
    static func response(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return response(bytes: Array(try encoder.encode(value)), status: status)
    }

    /// A response whose body is JSON already.
    static func response(bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// Reads a request's body as a value.
    ///
    /// - Throws: 400 when it is not, 413 when it is longer than `limit` bytes.
    static func decode<Value: Decodable>(_ type: Value.Type, from request: Request, limit: Int) async throws -> Value {
        try decode(type, from: try await request.bytes(limit: limit))
    }

    /// Reads bytes as a value.
    ///
    /// - Throws: 400 when they are not.
    static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw HTTPError(.badRequest, message: "the body is not the JSON expected here: \(explanation(error))")
        }
    }

    /// Whether bytes are some JSON document.
    static func isJSON(_ bytes: [UInt8]) -> Bool {
        (try? JSONDecoder().decode(Anything.self, from: Data(bytes))) != nil
    }

    private struct Anything: Decodable {
        init(from decoder: any Decoder) throws {}
    }

    private static func explanation(_ error: any Error) -> String {
        func place(_ context: DecodingError.Context) -> String {
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            return path.isEmpty ? "" : " at \(path)"
        }
        return switch error as? DecodingError {
        case .keyNotFound(let key, let context): "\(key.stringValue) is missing\(place(context))"
        case .typeMismatch(_, let context): "a value has the wrong type\(place(context))"
        case .valueNotFound(_, let context): "a value is null\(place(context))"
        case .dataCorrupted(let context):
            context.codingPath.isEmpty ? "it cannot be parsed" : "a value is wrong\(place(context))"
        default: "it cannot be parsed"
        }
    }
}

extension Request {
    /// The whole body.
    ///
    /// - Throws: 413 when it is longer than `limit` bytes.
    func bytes(limit: Int) async throws -> [UInt8] {
        var iterator = body.makeAsyncIterator()
        var bytes: [UInt8] = []
        while let part = try await iterator.next() {
            guard bytes.count + part.readableBytes <= limit else { throw HTTPError(.contentTooLarge) }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }

    /// The whole body as text; what is not UTF-8 becomes U+FFFD.
    func text(limit: Int) async throws -> String {
        String(decoding: try await bytes(limit: limit), as: UTF8.self)
    }
}
