import Hummingbird
import NIOCore
import ServiceLifecycle

/// A machine's log, as far as it is kept, or as it comes in.
struct LogRoutes {
    let store: MachineStore

    func add(to router: Router<ControllerContext>) {
        router.get("/api/v1/machines/{id}/log", use: log)
    }

    @Sendable private func log(_ request: Request, _ context: ControllerContext) async throws -> Response {
        let id = try context.identifier()
        guard request.uri.queryParameters["follow"] == "1" else {
            return .text(String(decoding: try await store.log(of: id), as: UTF8.self))
        }
        let (backlog, stream) = try await store.follow(id, backlog: 200)
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                // After an interruption a browser asks again: what it shows is to begin anew then.
                var text = "event: restart\ndata:\n\n"
                for line in backlog { text += Self.event(line) }
                try await writer.write(ByteBuffer(string: text))
                for await line in Self.withPulse(stream).cancelOnGracefulShutdown() {
                    try await writer.write(ByteBuffer(string: line.map(Self.event) ?? ": still here\n\n"))
                }
                try await writer.finish(nil)
            })
    }

    /// One Server-Sent Event (https://html.spec.whatwg.org/multipage/server-sent-events.html).
    private static func event(_ line: String) -> String { "data: \(line)\n\n" }

    /// The lines, with `nil` every 15 s: a peer that is gone shows only when something is written to it.
    private static func withPulse(_ lines: AsyncStream<String>) -> AsyncStream<String?> {
        AsyncStream(bufferingPolicy: .bufferingNewest(4096)) { continuation in
            let task = Task {
                await withTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for await line in lines { continuation.yield(line) }
                    }
                    group.addTask {
                        while (try? await Task.sleep(for: .seconds(15))) != nil { continuation.yield(nil) }
                    }
                    await group.next()
                    group.cancelAll()
                }
                continuation.finish()
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }
}
