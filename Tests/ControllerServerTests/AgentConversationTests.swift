import AsyncHTTPClient
import ControllerClient
import ControllerServer
import Diagnostics
import FoundationEssentials
import NIOCore
import ProvisioningAPI
import Testing

/// The agent's real client talks to the real controller.
@Suite(.timeLimit(.minutes(1))) struct AgentConversationTests {
    private func client(_ controller: RunningController, _ id: String, _ token: String) throws -> ControllerClient {
        func url(_ path: ControllerPath) -> String { "\(controller.base)/api/v1/machines/\(id)/\(path.rawValue)" }
        return try ControllerClient(
            configuration: ControllerConfiguration(
                endpoints: ControllerEndpoints(
                    initial: url(.statusInit), success: url(.statusSuccess), error: url(.statusError), log: url(.log),
                    debug: url(.debug), heartbeat: url(.heartbeat), inventory: url(.inventory),
                    healthCheck: url(.health), event: url(.events), metrics: url(.metrics),
                    checkin: "\(controller.base)/api/v1/checkins/\(id)"),
                token: Secret(token), scrubber: SecretScrubber(["pa55word"]), version: "0.1.0"))
    }

    @Test func aRunFromInitToSuccessIsSeenByTheController() async throws {
        try await withTemporaryDirectory { directory in
            try await withController(data: directory) { controller in
                let token = try await controller.define("web-1")
                let client = try client(controller, "web-1", token)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { await client.run() }
                    try await client.reportInit(.provision)
                    await client.checkIn { ["127.0.0.1"] }
                    try await client.sendInventory(
                        Inventory(disks: [Inventory.Disk(name: "sda", serial: "pa55word", sizeBytes: 1 << 40)]))
                    try await client.sendHealthChecks([HealthCheck(name: "memory", status: .pass, severity: .critical)])
                    for step in [StepName.selectDisk, .writeImage] {
                        client.events.post(Event(.stepStarted, step: step, message: "with pa55word"))
                        client.events.post(Event(.progress, step: step, progress: 40))
                        client.log.record(.info, "in \(step)", metadata: [("token", token), ("user", "pa55word")])
                        client.events.post(Event(.stepFinished, step: step))
                    }
                    try await client.sendMetrics(
                        RunMetrics(steps: [.init(name: .writeImage, seconds: 1.5)], imageBytes: 7))
                    try await client.sendDebugReport("all about pa55word")
                    #expect(await client.drain())
                    try await client.reportSuccess(.provision)
                    group.cancelAll()
                }
                await client.shutdown()

                let record = try await controller.record("web-1")
                #expect(record.summary.state == .succeeded)
                #expect(record.summary.step == "write-image")
                #expect(record.history.map(\.text) == ["provisioning started", "provisioning complete"])
                #expect(record.heartbeats == 1)
                let events: [Event] = try await controller.ask(.GET, "/api/v1/machines/web-1/events").json()
                #expect(
                    events.filter { $0.type != .progress }.map { "\($0.step) \($0.type.rawValue) \($0.message)" } == [
                        "select-disk step-started with [secret]", "select-disk step-finished ",
                        "write-image step-started with [secret]", "write-image step-finished ",
                    ])
                #expect(
                    try await controller.ask(.GET, "/api/v1/machines/web-1/log").text
                        == "[INFO] in select-disk token=[secret] user=[secret]\n"
                        + "[INFO] in write-image token=[secret] user=[secret]\n")
                let inventory: Inventory = try await controller.ask(.GET, "/api/v1/machines/web-1/inventory").json()
                #expect(inventory.disks.map(\.serial) == ["[secret]"])
                let debug = try await controller.ask(.GET, "/api/v1/machines/web-1/debug")
                #expect(debug.headers.first(name: "Content-Encoding") == "gzip")
                #expect(debug.text == "all about [secret]")
                let checkin: Checkin = try await controller.ask(.GET, "/api/v1/checkins/web-1").json()
                #expect(checkin.addresses == ["127.0.0.1"])
                let metrics: RunMetrics = try await controller.ask(.GET, "/api/v1/machines/web-1/metrics").json()
                #expect(metrics.imageBytes == 7)
            }
            // Nothing that was kept holds a secret.
            for file in FileManager.default.subpaths(atPath: directory) ?? [] {
                let bytes = FileManager.default.contents(atPath: "\(directory)/\(file)") ?? Data()
                #expect(!String(decoding: bytes, as: UTF8.self).contains("pa55word"), "\(file)")
            }
        }
    }

    @Test func aMachineThatWasProvisionedIsSentAway() async throws {
        try await withTemporaryDirectory { directory in
            try await withController(data: directory) { controller in
                let token = try await controller.define("web-1")
                let client = try client(controller, "web-1", token)
                try await client.reportInit(.provision)
                try await client.reportError(ErrorReport(origin: .step(.network), cause: "no lease for pa55word"))
                #expect(try await controller.record("web-1").summary.state == .failed)
                #expect(
                    try await controller.record("web-1").summary.message == "step network failed: no lease for [secret]"
                )
                try await client.reportInit(.provision)
                try await client.reportSuccess(.provision)
                await #expect(throws: ControllerError.leaveAlone(status: 409)) {
                    try await client.reportInit(.provision)
                }
                let record = try await controller.record("web-1")
                #expect(record.summary.state == .succeeded)
                #expect(record.history.map(\.answer) == [204, 204, 204, 204, 409])
                await client.shutdown()
            }
        }
    }

    @Test func theLogIsFollowedLive() async throws {
        try await withTemporaryDirectory { directory in
            try await withController(data: directory) { controller in
                let token = try await controller.define("web-1")
                let log = "/api/v1/machines/web-1/log"
                _ = try await controller.ask(.POST, log, token: token, body: "[INFO] before\n")
                let response = try await HTTPClient.shared.execute(
                    HTTPClientRequest(url: controller.base + log + "?follow=1"), timeout: .seconds(10))
                #expect(response.headers.first(name: "Content-Type") == "text/event-stream; charset=utf-8")
                var seen = ""
                for try await part in response.body {
                    seen += String(buffer: part)
                    if seen.contains("data: [INFO] before\n\n"), !seen.contains("after") {
                        _ = try await controller.ask(.POST, log, token: token, body: "[INFO] after\n[INFO] last\n")
                    }
                    if seen.contains("last") { break }
                }
                #expect(
                    seen
                        == "event: restart\ndata:\n\ndata: [INFO] before\n\ndata: [INFO] after\n\ndata: [INFO] last\n\n"
                )
            }
        }
    }

    @Test func theFleetPageIsOneDocumentThatRunsNothingElse() async throws {
        try await withTemporaryDirectory { directory in
            try await withController(data: directory) { controller in
                _ = try await controller.define("web-1")
                let page = try await controller.ask(.GET, "/")
                #expect(page.headers.first(name: "Content-Type") == "text/html; charset=utf-8")
                #expect(page.headers.first(name: "Content-Security-Policy")?.contains("default-src 'none'") == true)
                for word in ["src=", "http://", "https://", "@import"] { #expect(!page.text.contains(word), "\(word)") }
                let metrics = try await controller.ask(.GET, "/metrics").text
                #expect(metrics.contains("martlet_machines{state=\"waiting\"} 1\n"))
                #expect(metrics.contains("martlet_http_requests_total{status=\"200\"} 1\n"))
            }
        }
    }
}
