import ControllerServer
import FoundationEssentials
import Testing

@Suite(.timeLimit(.minutes(1))) struct ServedFileTests {
    private func withImages(
        _ body: @escaping @Sendable (RunningController, _ directory: String, _ content: [UInt8]) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            // Longer than one read of the server's, and nowhere like the place a power of two further on.
            let block = (0..<3001).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            let content = (0..<1000).reduce(into: [UInt8]()) { bytes, _ in bytes += block }
            let files = FileManager.default
            try files.createDirectory(atPath: "\(directory)/images/sub", withIntermediateDirectories: true)
            #expect(files.createFile(atPath: "\(directory)/images/sub/disk image.raw", contents: Data(content)))
            #expect(files.createFile(atPath: "\(directory)/secret", contents: Data("secret".utf8)))
            try files.createSymbolicLink(atPath: "\(directory)/images/in", withDestinationPath: "sub/disk image.raw")
            try files.createSymbolicLink(atPath: "\(directory)/images/out", withDestinationPath: "../secret")
            try files.createSymbolicLink(atPath: "\(directory)/images/far", withDestinationPath: "/etc/passwd")
            try await withController(
                data: "\(directory)/data", { $0.imagesDirectory = "\(directory)/images" }
            ) { controller in
                try await body(controller, directory, content)
            }
        }
    }

    @Test func filesAreServedWholeAndInPart() async throws {
        try await withImages { controller, _, content in
            let path = "/images/sub/disk%20image.raw"
            let whole = try await controller.ask(.GET, path)
            #expect(whole.status == 200)
            #expect(whole.bytes == content)
            let tag = try #require(whole.headers.first(name: "ETag"))
            let head = try await controller.ask(.HEAD, path)
            #expect(head.status == 200)
            #expect(head.bytes.isEmpty)
            #expect(head.headers.first(name: "Content-Length") == "3001000")
            #expect(head.headers.first(name: "Accept-Ranges") == "bytes")
            #expect(head.headers.first(name: "ETag") == tag)

            let part = try await controller.ask(.GET, path, headers: [("Range", "bytes=1000000-2000000")])
            #expect(part.status == 206)
            #expect(part.bytes == Array(content[1_000_000...2_000_000]))
            #expect(part.headers.first(name: "Content-Range") == "bytes 1000000-2000000/3001000")
            let tail = try await controller.ask(.GET, path, headers: [("Range", "bytes=-7"), ("If-Range", tag)])
            #expect(tail.bytes == Array(content.suffix(7)))
            let stale = try await controller.ask(.GET, path, headers: [("Range", "bytes=-7"), ("If-Range", "\"old\"")])
            #expect(stale.status == 200)
            #expect(stale.bytes.count == content.count)
            let beyond = try await controller.ask(.GET, path, headers: [("Range", "bytes=3001000-")])
            #expect(beyond.status == 416)
            #expect(beyond.headers.first(name: "Content-Range") == "bytes */3001000")
            let known = try await controller.ask(.GET, path, headers: [("If-None-Match", tag)])
            #expect(known.status == 304)
            #expect(try await controller.ask(.GET, "/images/in").bytes == content)
        }
    }

    @Test(arguments: [
        "/images/out", "/images/far", "/images/../secret", "/images/%2e%2e/secret", "/images/sub/%2e%2e%2f..%2fsecret",
        "/images/sub", "/images/", "/images/none", "/images/sub%00", "/images//etc/passwd", "/images/%2fetc/passwd",
    ])
    func nothingElseIsServed(path: String) async throws {
        try await withImages { controller, directory, _ in
            // The client would tidy the path up: what a hostile peer sends is sent as it is.
            let answer = try await rawRequest(port: controller.port, "GET \(path) HTTP/1.0\r\nHost: x\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 404") || answer.hasPrefix("HTTP/1.0 404"), "\(answer.prefix(200))")
            #expect(!answer.contains("\r\n\r\nsecret"))
        }
    }
}
