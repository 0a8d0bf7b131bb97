import Hummingbird
import ProvisioningAPI

/// The agents' side: what a machine reports, and what it is told. Each call carries the machine's token.
struct AgentRoutes {
    let store: MachineStore
    let counters: ServerCounters
    let publicURL: PublicURL

    func add(to router: Router<ControllerContext>) {
        let machine = router.group("/api/v1/machines/{id}")
        machine.post("status/init") { try await report(.`init`, $0, $1) }
        machine.post("status/success") { try await report(.success, $0, $1) }
        machine.post("status/error") { try await report(.error, $0, $1) }
        machine.post("log", use: log)
        machine.post("debug", use: debug)
        machine.post("events", use: event)
        machine.post("heartbeat", use: heartbeat)
        machine.post("inventory") { try await keep(.inventory, $0, $1) }
        machine.post("health") { try await keep(.health, $0, $1) }
        machine.post("metrics") { try await keep(.metrics, $0, $1) }
        machine.get("commands", use: commands)
        machine.post("commands/ack", use: acknowledge)
        machine.get("vars", use: vars)
    }

    private func report(
        _ kind: StatusReport.Kind, _ request: Request, _ context: ControllerContext
    ) async throws -> Response {
        let call = try request.agentCall(context)
        let text = try await request.text(limit: 64 << 10).split(whereSeparator: \.isNewline).joined(separator: " ")
        let status = try await store.report(kind, text, call)
        guard status == 409 else { return .empty(.noContent) }
        throw HTTPError(.conflict, message: "this machine is not armed and must not be touched")
    }

    @Sendable private func log(_ request: Request, _ context: ControllerContext) async throws -> Response {
        let lines = try await store.appendLog(try await request.text(limit: 4 << 20), try request.agentCall(context))
        counters.count(logLines: lines)
        return .empty(.noContent)
    }

    @Sendable private func debug(_ request: Request, _ context: ControllerContext) async throws -> Response {
        let call = try request.agentCall(context)
        let bytes = try await request.bytes(limit: 4 << 20)
        let isGzip = request.headers[.contentEncoding]?.lowercased() == "gzip"
        try await store.keep(bytes, as: isGzip ? .debug : .plainDebug, call)
        // Only one of the two is the newest.
        try await store.keep([], as: isGzip ? .plainDebug : .debug, call)
        return .empty(.noContent)
    }

    @Sendable private func event(_ request: Request, _ context: ControllerContext) async throws -> Response {
        let call = try request.agentCall(context)
        let event = try await JSONBody.decode(Event.self, from: request, limit: 64 << 10)
        try await store.record(event, call)
        return .empty(.noContent)
    }

    @Sendable private func heartbeat(_ request: Request, _ context: ControllerContext) async throws -> Response {
        try await store.heartbeat(try request.agentCall(context))
        return .empty(.noContent)
    }

    private func keep(
        _ document: MachineFiles.Document, _ request: Request, _ context: ControllerContext
    ) async throws -> Response {
        let call = try request.agentCall(context)
        let bytes = try await request.bytes(limit: 4 << 20)
        guard JSONBody.isJSON(bytes) else { throw HTTPError(.badRequest, message: "the body is not JSON") }
        try await store.keep(bytes, as: document, call)
        return .empty(.noContent)
    }

    /// There are no commands yet: a machine that stands by stays so until it boots again.
    @Sendable private func commands(_ request: Request, _ context: ControllerContext) async throws -> Response {
        try await store.admit(try request.agentCall(context), for: .order)
        return .empty(.noContent)
    }

    @Sendable private func acknowledge(_ request: Request, _ context: ControllerContext) async throws -> Response {
        let call = try request.agentCall(context)
        _ = try await JSONBody.decode(CommandAcknowledgement.self, from: request, limit: 64 << 10)
        try await store.admit(call, for: .report)
        return .empty(.noContent)
    }

    /// The text for `/deploy/vars`, with the token of the one who asks; without it for an operator, who has none.
    @Sendable private func vars(_ request: Request, _ context: ControllerContext) async throws -> Response {
        let call = try request.agentCall(context)
        if call.token != nil || !context.isTrusted { try await store.admit(call, for: .order) }
        let machine = try await store.machine(call.machine)
        return .text(VarsDocument(machine: machine, base: try publicURL.base(for: request), token: call.token).text)
    }
}
