import Hummingbird
import Logging
import ProvisioningAPI

/// Answers every error with `{"message": …}`, and counts requests.
struct ErrorMiddleware: RouterMiddleware {
    let counters: ServerCounters

    func handle(
        _ request: Request, context: ControllerContext,
        next: (Request, ControllerContext) async throws -> Response
    ) async throws -> Response {
        let response = try await respond(request, context, next)
        counters.countRequest(status: response.status.code)
        return response
    }

    private func respond(
        _ request: Request, _ context: ControllerContext,
        _ next: (Request, ControllerContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError {
            let message = error.body ?? Self.standardMessage(error.status)
            var response = try JSONBody.response(ErrorMessage(message: message), status: error.status)
            for field in error.headers { response.headers[field.name] = field.value }
            return response
        } catch let error as any HTTPResponseError {
            return try JSONBody.response(
                ErrorMessage(message: Self.standardMessage(error.status)), status: error.status)
        } catch let error as MachineRefusal {
            return try JSONBody.response(ErrorMessage(message: error.description), status: error.status)
        } catch let error as CancellationError {
            throw error
        } catch {
            context.logger.error("\(request.method) \(request.uri.path) failed: \(error)")
            return try JSONBody.response(
                ErrorMessage(message: "the controller failed; its log says why"), status: .internalServerError)
        }
    }

    private static func standardMessage(_ status: HTTPResponse.Status) -> String {
        switch status {
        case .notFound: "there is nothing here"
        case .contentTooLarge: "the body is too large"
        default: status.reasonPhrase.isEmpty ? "status \(status.code)" : status.reasonPhrase.lowercased()
        }
    }
}
