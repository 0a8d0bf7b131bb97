import Hummingbird
import NetworkTypes
import NIOCore

/// What firmware reads on its way to the agent; open to the provisioning network.
struct NetbootRoutes {
    let store: MachineStore
    let publicURL: PublicURL
    let arguments: String

    func add(to router: Router<ControllerContext>) {
        router.get("/boot.ipxe") { request, _ in
            Response.text(BootScript.first(base: try publicURL.base(for: request)))
        }
        router.get("/boot/{name}", use: script)
        router.get("/boot/{name}/overlay.cpio", use: overlay)
    }

    @Sendable private func script(_ request: Request, _ context: ControllerContext) async throws -> Response {
        guard let name = context.parameters.get("name"), name.hasSuffix(".ipxe"),
            let mac = MACAddress(name.dropLast(".ipxe".count))
        else { throw HTTPError(.notFound) }
        guard let id = await store.owner(of: mac) else { return .text(BootScript.leave("\(mac) is not known")) }
        let machine = try await store.machine(id)
        guard machine.armed else { return .text(BootScript.leave("machine \(id) is not armed")) }
        let base = try publicURL.base(for: request)
        return .text(BootScript.boot(machine: id.description, mac: mac, base: base, arguments: arguments))
    }

    @Sendable private func overlay(_ request: Request, _ context: ControllerContext) async throws -> Response {
        guard let name = context.parameters.get("name"), let mac = MACAddress(name),
            let id = await store.owner(of: mac)
        else { throw HTTPError(.notFound) }
        let base = try publicURL.base(for: request)
        guard let (machine, token) = try await store.issueBootToken(id) else {
            throw HTTPError(.notFound, message: "the machine is not armed")
        }
        let archive = try BootOverlay.archive(machine: machine, base: base, token: token)
        return Response(
            status: .ok, headers: [.contentType: "application/octet-stream", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: archive)))
    }
}
