import Diagnostics
import Glibc
import HTTPTestKit
import LinuxSystem
import Testing

@testable import ImageSources

@Suite(.timeLimit(.minutes(1))) struct ResumeTests {
    /// Sends only a part, in the first answer; then what is asked for.
    private static func breaking(
        after count: Int, fields: String..., end: FaultServer.Action? = nil
    ) throws -> FaultServer {
        let first = [
            head("200 OK", fields.first ?? "X: y", "Content-Length: \(image.count)"), .send(Array(image[..<count])),
        ]
        return try FaultServer { number, request in
            number == 0 ? first + (end.map { [$0] } ?? []) : part(request)
        }
    }

    /// The rest of the image, from where it is asked for.
    static func part(_ request: FaultServer.Request, _ fields: String...) -> [FaultServer.Action] {
        let start = Int(request.fields["range"]?.dropFirst(6).dropLast() ?? "") ?? 0
        let range = "Content-Range: bytes \(start)-\(image.count - 1)/\(image.count)"
        return [
            head(
                "206 Partial Content",
                ([range, "Content-Length: \(image.count - start)"] + fields).joined(separator: "\r\n")),
            .send(Array(image[start...])),
        ]
    }

    @Test(arguments: ["ETag: \"v1\"", "ETag: unquoted", "Last-Modified: Sat, 21 Nov 2026 08:00:00 GMT"])
    func aLostConnectionIsTakenUpWhereItWas(validator: String) async throws {
        let server = try Self.breaking(after: 100_000, fields: validator)
        let notices = Monitor<[String]>([])
        let result = try await readAll(
            source("\(server.origin)/x") { $0.notice = { text in notices.update { $0.append(text) } } })
        #expect(result.bytes == image)
        #expect(result.resumes == 1)
        #expect(server.requests.map { $0.fields["range"] } == [nil, "bytes=100000-"])
        #expect(server.requests.last?.fields["if-range"] == String(validator.drop { $0 != " " }.dropFirst()))
        let said = notices.update { $0 }
        #expect(said.count == 1)
        #expect(said.first?.contains("offset 100000 of 300000") == true)
        #expect(said.first?.contains("attempt 1 of 10") == true)
    }

    /// As some servers tag all their files.
    @Test func besideAWeakTagATimeInThePastProvesTheVersion() async throws {
        let time = "Sat, 21 Nov 2026 08:00:00 GMT"
        let server = try Self.breaking(
            after: 100_000,
            fields: "ETag: W/\"weak\"\r\nLast-Modified: \(time)\r\nDate: Sat, 21 Nov 2026 08:00:01 GMT")
        #expect(try await readAll(source(server.origin)).bytes == image)
        #expect(server.requests.last?.fields["if-range"] == time)
    }

    /// As some stores of objects name it.
    @Test(arguments: ["v1", "v2"]) func anUnquotedTagTellsVersionsApart(version: String) async throws {
        let first = [
            head("200 OK", "ETag: v1", "Content-Length: \(image.count)"), .send(Array(image[..<100_000])),
        ]
        let server = try FaultServer { number, request in
            number == 0 ? first : Self.part(request, "ETag: \(version)", "Last-Modified: Sat, 21 Nov 2026 08:00:00 GMT")
        }
        let source = try source(server.origin)
        guard version == "v2" else { return #expect(try await readAll(source).bytes == image) }
        await #expect(throws: ImageSourceError.changed(server.origin, offset: 100_000)) {
            try await readAll(source)
        }
    }

    @Test func aStalledConnectionIsTakenUpToo() async throws {
        let server = try Self.breaking(after: 100_000, fields: "ETag: \"v1\"", end: .pause(3000))
        #expect(try await readAll(source(server.origin)).bytes == image)
    }

    @Test func aConnectionThatHasSlowedToACrawlIsTakenUpToo() async throws {
        let drips = (0..<40).flatMap { [FaultServer.Action.send([image[1000 + $0]]), .pause(50)] }
        let server = try FaultServer { number, request in
            guard number == 0 else { return Self.part(request) }
            return [
                head("200 OK", "ETag: \"v1\"", "Content-Length: \(image.count)"), .send(Array(image[..<1000])),
            ] + drips
        }
        #expect(try await readAll(source(server.origin)).bytes == image)
        #expect(server.requests.count == 2)
    }

    @Test(
        "without a strong validator the server has to send the same bytes again",
        arguments: [
            "X: no validator", "ETag: W/\"weak\"",
            "ETag: W/\"weak\"\r\nLast-Modified: Sat, 21 Nov 2026 08:00:00 GMT",
            "Last-Modified: Sat, 21 Nov 2026 08:00:00 GMT\r\nDate: Sat, 21 Nov 2026 08:00:00 GMT",
        ])
    func noValidator(field: String) async throws {
        let server = try FaultServer { number, _ in
            number == 0
                ? [head("200 OK", field, "Content-Length: \(image.count)"), .send(Array(image[..<100_000]))]
                : whole(image, field)
        }
        #expect(try await readAll(source("\(server.origin)/x")).bytes == image)
        #expect(server.requests.map { $0.fields["range"] } == [nil, nil])
    }

    @Test func whatADigestProvesIsReadOnWithoutAValidator() async throws {
        let server = try Self.breaking(after: 100_000)
        #expect(try await readAll(source(server.origin) { $0.isVerified = true }).bytes == image)
        #expect(server.requests.map { $0.fields["range"] } == [nil, "bytes=100000-"])
        #expect(server.requests.last?.fields["if-range"] == nil)
    }

    @Test func otherBytesBeforeTheBreakAreAnError() async throws {
        var other = image
        other[99_999] ^= 1
        let second = other
        let server = try FaultServer { number, _ in
            number == 0
                ? [head("200 OK", "Content-Length: \(image.count)"), .send(Array(image[..<100_000]))] : whole(second)
        }
        await #expect(throws: ImageSourceError.changed("\(server.origin)/x", offset: 100_000)) {
            try await readAll(source("\(server.origin)/x"))
        }
    }

    @Test func aServerThatSendsNoPartsStartsOverAndNothingIsReadTwice() async throws {
        let server = try FaultServer { number, _ in
            number == 0
                ? [head("200 OK", "ETag: \"v1\"", "Content-Length: \(image.count)"), .send(Array(image[..<5000]))]
                : whole(image, "ETag: \"v1\"")
        }
        #expect(try await readAll(source(server.origin)).bytes == image)
    }

    @Test func anImageThatChangedMeanwhileIsAnError() async throws {
        let server = try FaultServer { number, _ in
            number == 0
                ? [head("200 OK", "ETag: \"v1\"", "Content-Length: \(image.count)"), .send(Array(image[..<5000]))]
                : whole(image, "ETag: \"v2\"")
        }
        await #expect(throws: ImageSourceError.changed("\(server.origin)/x", offset: 5000)) {
            try await readAll(source("\(server.origin)/x"))
        }
    }

    @Test func aServerThatAlwaysBreaksAtOneOffsetIsGivenUpAfterTenAttempts() async throws {
        let server = try FaultServer { number, _ in
            number == 0
                ? [
                    head("200 OK", "ETag: \"v1\"", "Content-Length: \(image.count)"), .send(Array(image[..<5000])),
                    .reset,
                ]
                : [
                    head("206 Partial Content", "Content-Range: bytes 5000-299999/300000", "Content-Length: 295000"),
                    .reset,
                ]
        }
        let error = await #expect(throws: ImageSourceError.self) { try await readAll(source("\(server.origin)/x")) }
        guard case .interrupted(_, 5000, _, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(server.requests.count == 11)
    }

    @Test func asLongAsEachAttemptGainsBytesItGoesOn() async throws {
        let server = try FaultServer { _, request in
            let start = Int(request.fields["range"]?.dropFirst(6).dropLast() ?? "") ?? 0
            let end = min(start + 15_000, image.count)
            let range = "Content-Range: bytes \(start)-\(image.count - 1)/\(image.count)"
            let first = start == 0 ? head("200 OK", "ETag: \"v1\"", "Content-Length: \(image.count)") : nil
            let later = head("206 Partial Content", range, "Content-Length: \(image.count - start)")
            return [first ?? later, .send(Array(image[start..<end]))]
        }
        #expect(try await readAll(source(server.origin)).bytes == image)
        #expect(server.requests.count == 20)
    }

    @Test("waits double from one second to fifteen, and by chance are between half of that and all") func backoff() {
        let backoff = Backoff()
        #expect((1...6).map { backoff.delay(before: $0, chance: 1) } == [1, 2, 4, 8, 15, 15].map { .seconds($0) })
        #expect(backoff.delay(before: 1, chance: 0) == .milliseconds(500))
        #expect(backoff.delay(before: .max, chance: 1) == .seconds(15))
    }
}
