import Hummingbird

/// Refuses with 403 what a peer outside the trusted networks may not ask for. The socket's peer decides, never a header.
struct AccessMiddleware: RouterMiddleware {
    let trusted: [AddressBlock]

    func handle(
        _ request: Request, context: ControllerContext,
        next: (Request, ControllerContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.isTrusted = context.peer.map { peer in trusted.contains { $0.contains(peer) } } ?? false
        if !context.isTrusted {
            guard let endpoint = context.endpointPath, OpenEndpoints.contains(request.method, endpoint) else {
                throw HTTPError(.forbidden, message: "this is open to trusted networks only")
            }
        }
        return try await next(request, context)
    }
}
