import CPIOArchive
import ControllerServer
import FoundationEssentials
import ProvisioningAPI
import Testing

@Suite(.timeLimit(.minutes(1))) struct NetbootTests {
    @Test func anArmedMachineBootsWithItsOverlayUntilItSucceeds() async throws {
        try await withTemporaryDirectory { directory in
            let files = FileManager.default
            try files.createDirectory(atPath: "\(directory)/netboot", withIntermediateDirectories: true)
            #expect(files.createFile(atPath: "\(directory)/netboot/vmlinuz", contents: Data("kernel".utf8)))
            try await withController(
                data: "\(directory)/data", { $0.netbootDirectory = "\(directory)/netboot" }
            ) { controller in
                let own = try await controller.define(
                    "web-1",
                    MachineDefinition(
                        vars: ["IMAGE": "http://x/y"], nocloud: ["user-data": "#cloud-config\n"],
                        macs: ["52:54:00:00:00:01"]))
                #expect(try await controller.ask(.GET, "/netboot/vmlinuz").text == "kernel")
                let first = try await controller.ask(.GET, "/boot.ipxe").text
                #expect(first.hasPrefix("#!ipxe\n"))
                #expect(first.contains("chain \(controller.base)/boot/${mac:hexhyp}.ipxe"))
                let script = try await controller.ask(.GET, "/boot/52-54-00-00-00-01.ipxe").text
                #expect(script.contains("initrd \(controller.base)/boot/52-54-00-00-00-01/overlay.cpio\n"))
                #expect(try await controller.ask(.GET, "/boot/..%2f.ipxe").status == 404)
                #expect(try await controller.ask(.GET, "/boot/52-54-00-00-00-02.ipxe").text.contains("exit"))
                #expect(try await controller.ask(.GET, "/boot/52-54-00-00-00-02/overlay.cpio").status == 404)

                // Each fetch has its own token; an earlier one stays good, for firmware that asks twice.
                var tokens: [String] = []
                for _ in 0..<2 {
                    let overlay = try await controller.ask(.GET, "/boot/52:54:00:00:00:01/overlay.cpio")
                    #expect(overlay.bytes.count % 4 == 0)
                    let tree = try CPIOTree(unpacking: overlay.bytes)
                    #expect(tree["deploy"]?.permissions == 0o700)
                    #expect(tree["deploy/nocloud/user-data"]?.content == .file(Array("#cloud-config\n".utf8)))
                    let vars = try #require(tree["deploy/vars"])
                    #expect(vars.permissions == 0o600)
                    guard case .file(let bytes) = vars.content else { throw CancellationError() }
                    let text = String(decoding: bytes, as: UTF8.self)
                    #expect(text.contains("IMAGE='http://x/y'\n"))
                    #expect(text.contains("INIT_URL='\(controller.base)/api/v1/machines/web-1/status/init'\n"))
                    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("TOKEN='") })
                    tokens.append(String(line.dropFirst("TOKEN='".count).dropLast()))
                }
                #expect(Set(tokens + [own]).count == 3)
                let token = tokens[0]
                for (path, body, expected) in [
                    ("status/init", "provisioning started", 204), ("status/error", "step network failed: x", 204),
                    ("status/init", "provisioning started", 204), ("status/success", "provisioning complete", 204),
                    ("status/success", "provisioning complete", 204), ("log", "[INFO] goodbye\n", 204),
                    ("status/init", "provisioning started", 401),
                ] {
                    let answer = try await controller.ask(
                        .POST, "/api/v1/machines/web-1/\(path)", token: token, body: body)
                    #expect(answer.status == expected, "\(path)")
                }
                #expect(try await controller.ask(.GET, "/api/v1/machines/web-1/vars", token: token).status == 401)
                #expect(try await controller.ask(.GET, "/boot/52-54-00-00-00-01/overlay.cpio").status == 404)
                let after = try await controller.ask(.GET, "/boot/52-54-00-00-00-01.ipxe").text
                #expect(!after.contains("kernel"))
                #expect(after.contains("\nexit\n"))
                let hostile = try await rawRequest(
                    port: controller.port, "GET /boot.ipxe HTTP/1.1\r\nHost: a'b$(c)\r\n\r\n")
                #expect(hostile.hasPrefix("HTTP/1.1 400"))
            }
        }
    }
}
