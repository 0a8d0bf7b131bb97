import FoundationEssentials
import Hummingbird
import NIOPosix

/// The files below a directory, under a prefix of the path.
struct FileRoutes {
    let prefix: String
    let directory: String
    let counters: ServerCounters

    func add(to router: Router<ControllerContext>) {
        router.get("\(prefix)/**", use: file)
        router.head("\(prefix)/**", use: file)
    }

    @Sendable private func file(_ request: Request, _ context: ControllerContext) async throws -> Response {
        let path = context.parameters.getCatchAll().joined(separator: "/")
        guard let decoded = path.removingPercentEncoding else { throw HTTPError(.badRequest) }
        let directory = directory
        let file = try await NIOThreadPool.singleton.runIfActive { try ServedFile.open(decoded, below: directory) }
        guard let file else { throw HTTPError(.notFound) }
        return FileResponse(file: file, name: decoded, counters: counters).response(to: request)
    }
}
