import Foundation
import LabKit
import Testing

/// Downloads with curl(1), whose exit status tells how a transfer ended.
@Suite struct ImageServerTests {
    private static let content = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }

    private struct Download {
        let bytes: Int
        let status: String
        let exit: Int32
    }

    private func download(_ url: String, _ options: [String] = []) async throws -> Download {
        let file = NSTemporaryDirectory() + "download-\(UUID().uuidString)"
        let output = file + ".out"
        defer { for path in [file, output] { try? FileManager.default.removeItem(atPath: path) } }
        let words = ["curl", "-s", "-m", "3", "-o", file, "-w", "%{http_code}"] + options + [url]
        let curl = try ChildProcess(words, outputPath: output)
        let ending = try await curl.waitForEnd(within: .seconds(20))
        let size = (try? Data(contentsOf: URL(fileURLWithPath: file)).count) ?? 0
        guard case .exited(let exit) = ending else { throw LabFailure("curl: \(ending)") }
        return Download(bytes: size, status: curl.output, exit: exit)
    }

    /// curl's own numbers: 18 a partial file, 28 a timeout, 56 a reset.
    @Test(
        arguments: [
            (HTTPFault.Kind.truncated(percent: 60), 60_000, "200", 18), (.stalled(percent: 60), 60_000, "200", 28),
            (.lyingLength(by: 10), 100_000, "200", 18), (.status(503, retryAfter: 1), 0, "503", 0),
            (.throttled(bytesPerSecond: 100_000), 100_000, "200", 0),
        ] as [(HTTPFault.Kind, Int, String, Int32)])
    func aFaultIsWhatTheClientSees(kind: HTTPFault.Kind, bytes: Int, status: String, exit: Int32) async throws {
        let server = try await ImageServer()
        server.serve("/x", bytes: Self.content)
        server.set(HTTPFault(kind), for: "/x")
        let result = try await download(server.hostBase + "/x")
        #expect(result.bytes == bytes)
        #expect(result.status == status)
        #expect(result.exit == exit)
        await server.stop()
    }

    @Test func aResetEndsTheTransferWithAnError() async throws {
        let server = try await ImageServer()
        server.serve("/x", bytes: Self.content)
        server.set(HTTPFault(.reset(percent: 60), times: 1), for: "/x")
        #expect(try await download(server.hostBase + "/x").exit == 56)
        let healed = try await download(server.hostBase + "/x")
        #expect(healed.exit == 0 && healed.bytes == 100_000)
        #expect(server.requestCount("/x") == 2)
        await server.stop()
    }

    @Test func rangesAreServedAndTruncationHoldsForThem() async throws {
        let server = try await ImageServer()
        server.serve("/x", bytes: Self.content)
        let part = try await download(server.hostBase + "/x", ["-r", "10-19"])
        #expect(part.bytes == 10 && part.status == "206")
        #expect(try await download(server.hostBase + "/x", ["-r", "100000-"]).status == "416")
        server.set(HTTPFault(.truncated(percent: 60)), for: "/x")
        #expect(try await download(server.hostBase + "/x", ["-r", "50000-"]).bytes == 10_000)
        #expect(try await download(server.hostBase + "/x", ["-r", "70000-"]).bytes == 0)
        server.set(HTTPFault(.noRanges), for: "/x")
        #expect(try await download(server.hostBase + "/x", ["-r", "10-19"]).bytes == 100_000)
        #expect(try await download(server.hostBase + "/gone").status == "404")
        await server.stop()
    }

    @Test func theControllerRecordsCallsAndAnswersAsTold() async throws {
        let controller = try await RecordingController()
        let url = controller.guestBase.replacing("10.0.2.2", with: "127.0.0.1")
        controller.reply(to: "/init", .init(status: 410))
        #expect(try await download(url + "/init", ["-d", "provisioning started"]).status == "410")
        #expect(try await download(url + "/error", ["-d", "step vars failed: x", "-H", "X-A: b"]).status == "204")
        #expect(controller.calls.map(\.text) == ["provisioning started", "step vars failed: x"])
        #expect(controller.calls(to: "/error").first?.header("x-a") == "b")
        let event =
            #"{"type":"progress","step":"write-image","message":"","progress":41,"timestamp":"2026-01-01T00:00:00Z"}"#
        _ = try await download(url + "/events", ["-d", event])
        #expect(controller.events.first?.progress == 41)
        await #expect(throws: LabFailure.self) { try await controller.waitFor("/success", within: 1) }
        await controller.stop()
    }
}
