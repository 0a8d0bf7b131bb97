import Hummingbird
import ProvisioningAPI

/// The operator's side: machines and what is known of them.
struct MachineRoutes {
    let store: MachineStore
    let checkins: CheckinStore

    func add(to router: Router<ControllerContext>) {
        router.group("/api/v1/machines")
            .get(use: list)
            .put("{id}", use: define)
            .get("{id}", use: show)
            .delete("{id}", use: remove)
            .get("{id}/events", use: events)
            .get("{id}/inventory") { _, context in try await document(.inventory, context) }
            .get("{id}/health") { _, context in try await document(.health, context) }
            .get("{id}/metrics") { _, context in try await document(.metrics, context) }
            .get("{id}/debug", use: debugReport)
    }

    @Sendable private func list(_ request: Request, _ context: ControllerContext) async throws -> Response {
        let since = request.uri.queryParameters["since"].flatMap { UInt64($0) }
        return try JSONBody.response(await store.listing(since: since))
    }

    @Sendable private func define(_ request: Request, _ context: ControllerContext) async throws -> Response {
        let id = try context.identifier()
        let definition = try await JSONBody.decode(MachineDefinition.self, from: request, limit: 4 << 20)
        let (registration, isNew) = try await store.define(id, as: definition)
        // The machine's own check-in is there from the start: its vars name it.
        try await checkins.register(id)
        return try JSONBody.response(registration, status: isNew ? .created : .ok)
    }

    @Sendable private func show(_ request: Request, _ context: ControllerContext) async throws -> Response {
        try JSONBody.response(try await store.record(try context.identifier()))
    }

    @Sendable private func remove(_ request: Request, _ context: ControllerContext) async throws -> Response {
        let id = try context.identifier()
        try await store.remove(id)
        do {
            try await checkins.remove(id)
        } catch MachineRefusal.unknownCheckin {
            // Removed by itself before.
        }
        return .empty(.noContent)
    }

    @Sendable private func events(_ request: Request, _ context: ControllerContext) async throws -> Response {
        let lines = try await store.events(of: try context.identifier()).split(separator: UInt8(ascii: "\n"))
        let list = [UInt8(ascii: "[")] + lines.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "]")]
        return JSONBody.response(bytes: list)
    }

    private func document(_ document: MachineFiles.Document, _ context: ControllerContext) async throws -> Response {
        guard let bytes = try await store.document(document, of: try context.identifier()) else {
            throw HTTPError(.notFound, message: "the machine has not sent this yet")
        }
        return JSONBody.response(bytes: bytes)
    }

    @Sendable private func debugReport(_ request: Request, _ context: ControllerContext) async throws -> Response {
        let id = try context.identifier()
        var headers: HTTPFields = [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"]
        if let packed = try await store.document(.debug, of: id), !packed.isEmpty {
            headers[.contentEncoding] = "gzip"
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: packed)))
        }
        guard let plain = try await store.document(.plainDebug, of: id) else {
            throw HTTPError(.notFound, message: "the machine has not sent this yet")
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: plain)))
    }
}
