import AsyncHTTPClient
import ControllerServer
import FoundationEssentials
import Logging
import NIOCore
import NIOHTTP1
import ProvisioningAPI

/// A real controller on a free port of this host, and the means to ask it.
struct RunningController: Sendable {
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPHeaders
        let bytes: [UInt8]

        var text: String { String(decoding: bytes, as: UTF8.self) }

        func json<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
            try JSONDecoder().decode(type, from: Data(bytes))
        }
    }

    let port: Int

    var base: String { "http://127.0.0.1:\(port)" }

    func ask(
        _ method: HTTPMethod, _ path: String, token: String? = nil, headers: [(String, String)] = [],
        body: String? = nil
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = method
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(Array(body.utf8)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        let bytes = try await response.body.collect(upTo: 16 << 20)
        return Answer(
            status: Int(response.status.code), headers: response.headers, bytes: Array(bytes.readableBytesView))
    }

    /// Defines a machine and returns its token.
    func define(_ id: String, _ definition: MachineDefinition = MachineDefinition()) async throws -> String {
        let body = String(decoding: try JSONEncoder().encode(definition), as: UTF8.self)
        let answer = try await ask(.PUT, "/api/v1/machines/\(id)", body: body)
        return try answer.json(MachineRegistration.self).token ?? ""
    }

    func record(_ id: String) async throws -> MachineRecord {
        try await ask(.GET, "/api/v1/machines/\(id)").json()
    }
}

/// Runs a controller on a data directory while the body runs.
@discardableResult
func withController<Value: Sendable>(
    data: String, _ change: (inout ControllerServerConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (RunningController) async throws -> Value
) async throws -> Value {
    var configuration = ControllerServerConfiguration(dataDirectory: data)
    change(&configuration)
    let server = ControllerServer(configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let ready = AsyncThrowingStream.makeStream(of: Int.self)
    return try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask {
            do {
                try await server.run { ready.continuation.yield($0) }
                ready.continuation.finish()
            } catch {
                ready.continuation.finish(throwing: error)
            }
            return nil
        }
        var port: Int?
        for try await number in ready.stream {
            port = number
            break
        }
        guard let port else { throw CancellationError() }
        group.addTask { try await body(RunningController(port: port)) }
        var result: Value?
        while result == nil, let value = try await group.next() { result = value }
        group.cancelAll()
        // The data directory is free only once the controller has ended.
        while try await group.next() != nil {}
        guard let result else { throw CancellationError() }
        return result
    }
}

/// Gives the body a directory of its own and removes it afterwards.
func withTemporaryDirectory<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let path = "/tmp/martlet-controller-\(UInt64.random(in: .min ... .max))"
    let files = FileManager.default
    try files.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? files.removeItem(atPath: path) }
    return try await body(path)
}
