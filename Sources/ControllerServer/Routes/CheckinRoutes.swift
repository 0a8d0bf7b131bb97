import Hummingbird
import NetworkTypes
import ProvisioningAPI

/// The meeting point of an orchestrator and a machine whose address it does not know.
struct CheckinRoutes {
    let store: CheckinStore

    func add(to router: Router<ControllerContext>) {
        router.group("/api/v1/checkins")
            .delete(use: purge)
            .post("{id}", use: register)
            .put("{id}", use: update)
            .get("{id}", use: show)
            .delete("{id}", use: remove)
    }

    @Sendable private func register(_ request: Request, _ context: ControllerContext) async throws -> Response {
        let id = try context.identifier()
        _ = try await JSONBody.decode(CheckinRequest.self, from: request, limit: Self.limit)
        try await store.register(id)
        return .empty(.noContent)
    }

    @Sendable private func update(_ request: Request, _ context: ControllerContext) async throws -> Response {
        let id = try context.identifier()
        let body = try await JSONBody.decode(CheckinRequest.self, from: request, limit: Self.limit)
        let addresses = body.addresses.compactMap { IPAddress(peer: $0)?.description }
        guard addresses.count == body.addresses.count, addresses.count <= 256 else {
            throw HTTPError(.badRequest, message: "addresses must be at most 256 IP addresses without prefix length")
        }
        try await store.update(id, addresses: addresses)
        return .empty(.noContent)
    }

    @Sendable private func show(_ request: Request, _ context: ControllerContext) async throws -> Response {
        try JSONBody.response(try await store.checkin(try context.identifier()))
    }

    @Sendable private func remove(_ request: Request, _ context: ControllerContext) async throws -> Response {
        try await store.remove(try context.identifier())
        return .empty(.noContent)
    }

    @Sendable private func purge(_ request: Request, _ context: ControllerContext) async throws -> Response {
        try await store.removeAll()
        return .empty(.noContent)
    }

    private static let limit = 64 << 10
}
