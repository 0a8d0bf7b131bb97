import Diagnostics
import Glibc
import HTTPTestKit
import ImageSources
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPImageSourceTests {
    @Test func theBodyArrivesWholeAndItsLengthIsKnown() async throws {
        let server = try FaultServer { _, _ in whole(image) }
        let result = try await readAll(source("\(server.origin)/a.raw"))
        #expect(result.bytes == image)
        #expect(result.origin == ImageOrigin(name: "\(server.origin)/a.raw", length: UInt64(image.count)))
    }

    @Test func contentEncodingIsNotApplied() async throws {
        let server = try FaultServer { _, _ in whole(Array("not gzip".utf8), "Content-Encoding: gzip") }
        #expect(try await readAll(source(server.origin)).bytes == Array("not gzip".utf8))
        #expect(server.requests.first?.fields["accept-encoding"] == "identity")
    }

    @Test(arguments: [
        ("403 Forbidden", 403, "Forbidden"), ("404 Not Found", 404, "Not Found"),
        ("503 Service Unavailable", 503, "Service Unavailable"),
    ])
    func aRefusalIsAnErrorWithItsStatus(line: String, code: Int, phrase: String) async throws {
        let server = try FaultServer { _, _ in [head(line, "Content-Length: 0")] }
        await #expect(throws: ImageSourceError.status("\(server.origin)/x", code: code, phrase: phrase)) {
            try await readAll(source("\(server.origin)/x"))
        }
    }

    @Test func nobodyListeningIsAnErrorAtOnce() async throws {
        let port = try FaultServer { _, _ in [] }.port
        let error = await #expect(throws: ImageSourceError.self) {
            try await readAll(source("http://127.0.0.1:\(port)/x"))
        }
        #expect(error == .unreachable("http://127.0.0.1:\(port)/x", reason: "Connection refused"))
    }

    @Test func silenceInTheMiddleIsAStallAtItsOffset() async throws {
        let server = try FaultServer { _, _ in
            [head("200 OK", "Content-Length: 1000"), .send([UInt8](repeating: 1, count: 600)), .pause(3000)]
        }
        await #expect(throws: ImageSourceError.stalled("\(server.origin)/x", offset: 600, seconds: 0)) {
            try await readAll(source("\(server.origin)/x") { $0.resumeAttempts = 0 })
        }
    }

    @Test func slowConsumersAreNoStall() async throws {
        let big = [UInt8](repeating: 5, count: 20 << 20)
        let server = try FaultServer { _, _ in whole(big) }
        let origin = server.origin
        let count = try await onThread {
            let stream = try source(origin).makeStream()
            defer { stream.close() }
            _ = try stream.open()
            var count = 0
            var isFirst = true
            while try stream.withNextChunk({ count += $0.count }) {
                // Longer than the server may be silent.
                if isFirst { poll(nil, 0, 900) }
                isFirst = false
            }
            return count
        }
        #expect(count == big.count)
    }

    @Test func cancellingEndsABlockedRead() async throws {
        let server = try FaultServer { _, _ in [head("200 OK", "Content-Length: 1000"), .pause(5000)] }
        let stream = try source(server.origin) { $0.stallTimeout = .seconds(30) }.makeStream()
        let reading = Task { try await onThread { try readStream(stream).bytes } }
        try await Task.sleep(for: .milliseconds(200))
        stream.cancel()
        await #expect(throws: ImageSourceError.cancelled) { try await reading.value }
    }
}
