import Diagnostics
import HTTPTestKit
import LinuxSystem
import Testing

@testable import ImageSources

@Suite(.timeLimit(.minutes(1))) struct MirrorTests {
    private static func broken(_ fields: String..., after count: Int = 100_000) throws -> FaultServer {
        try FaultServer { number, _ in
            guard number == 0 else { return [.reset] }
            return [
                head("200 OK", fields.first ?? "X: y", "Content-Length: \(image.count)"), .send(Array(image[..<count])),
                .reset,
            ]
        }
    }

    @Test func theMirrorWhoseBytesComeFirstIsRead() async throws {
        let slow = try FaultServer { _, _ in [.pause(3000)] + whole(image) }
        let fast = try FaultServer { _, _ in whole(image) }
        let result = try await readAll(source("\(slow.origin)/x", "\(fast.origin)/x") { $0.stallTimeout = .seconds(9) })
        #expect(result.bytes == image)
        #expect(result.origin.name == "\(fast.origin)/x")
    }

    @Test func aMirrorThatAnswersAtOnceIsAskedAlone() async throws {
        let first = try FaultServer { _, _ in whole(image) }
        let second = try FaultServer { _, _ in whole(image) }
        #expect(try await readAll(source(first.origin, second.origin)).bytes == image)
        #expect(second.requests.isEmpty)
    }

    @Test func aMirrorWithTheSameEntityTagTakesOverInTheMiddle() async throws {
        let first = try Self.broken("ETag: \"v1\"")
        let second = try FaultServer { _, request in
            request.fields["if-range"] == "\"v1\""
                ? ResumeTests.part(request, "ETag: \"v1\"") : whole(image, "ETag: \"v1\"")
        }
        #expect(try await readAll(source(first.origin, second.origin)).bytes == image)
        #expect(second.requests.map { $0.fields["range"] } == ["bytes=100000-"])
    }

    @Test func aMirrorWithAnotherImageDoesNot() async throws {
        let first = try Self.broken("ETag: \"v1\"")
        var other = image
        other[70_000] ^= 1
        let second = try FaultServer { [other] _, _ in whole(other, "ETag: \"v2\"") }
        let notices = Monitor<[String]>([])
        let error = await #expect(throws: ImageSourceError.self) {
            try await readAll(
                source(first.origin, second.origin) { $0.notice = { text in notices.update { $0.append(text) } } })
        }
        guard case .interrupted(_, 100_000, _, _) = error else { throw try #require(error) }
        let differs = ImageSourceError.differs(second.origin, from: first.origin, offset: 100_000)
        #expect(notices.update { $0.contains { $0.hasSuffix("\(differs)") } })
    }

    /// It has a version of its own, or none.
    @Test(arguments: ["ETag: \"v2\"", "X-Nothing: said"])
    func aMirrorThatSendsTheSameFromItsStartTakesOver(field: String) async throws {
        let first = try Self.broken("ETag: \"v1\"")
        let second = try FaultServer { number, _ in
            // It breaks off as well, before the place and behind it.
            let count = number == 1 ? 60_000 : number == 2 ? 200_000 : image.count
            return [head("200 OK", field, "Content-Length: \(image.count)"), .send(Array(image[..<count]))]
        }
        let result = try await readAll(source(first.origin, second.origin))
        #expect(result.bytes == image)
        #expect(result.origin.name == first.origin)
        // The first once more, in vain; then the change, and two breaks of the other.
        #expect(result.resumes == 3)
    }

    @Test func aShorterMirrorIsAnotherImage() async throws {
        let first = try Self.broken("ETag: \"v1\"")
        let second = try FaultServer { _, _ in whole(Array(image[..<99_000])) }
        await #expect(throws: ImageSourceError.self) { try await readAll(source(first.origin, second.origin)) }
    }

    @Test(arguments: ["ETag: \"v2\"", "X-Nothing: said"])
    func aMirrorThatKnowsRangeButNotIfRangeMustNameTheSameVersion(field: String) async throws {
        let first = try Self.broken("ETag: \"v1\"")
        let second = try FaultServer { _, request in ResumeTests.part(request, field) }
        let error = await #expect(throws: ImageSourceError.self) {
            try await readAll(source(first.origin, second.origin))
        }
        guard case .interrupted(_, 100_000, _, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(arguments: ["404 Not Found", "403 Forbidden"])
    func aMirrorThatLosesTheImageInTheMiddleIsLeftForAnother(status: String) async throws {
        let first = try FaultServer { number, _ in
            number == 0
                ? [
                    head("200 OK", "ETag: \"v1\"", "Content-Length: \(image.count)"), .send(Array(image[..<100_000])),
                    .reset,
                ] : [head(status, "Content-Length: 0")]
        }
        let second = try FaultServer { _, request in ResumeTests.part(request, "ETag: \"v1\"") }
        #expect(try await readAll(source(first.origin, second.origin)).bytes == image)
        let error = await #expect(throws: ImageSourceError.self) { try await readAll(source(first.origin)) }
        guard case .status = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func withADigestTheLengthIsEnough() async throws {
        let first = try Self.broken()
        let second = try FaultServer { _, request in ResumeTests.part(request) }
        let result = try await readAll(source(first.origin, second.origin) { $0.isVerified = true })
        #expect(result.bytes == image)
    }

    @Test func withADigestItMattersNotThatEachServerMakesItsOwnEntityTags() async throws {
        let first = try Self.broken("ETag: \"a-1\"")
        let second = try FaultServer { _, request in ResumeTests.part(request) }
        let result = try await readAll(source(first.origin, second.origin) { $0.isVerified = true })
        #expect(result.bytes == image)
        #expect(second.requests.map { $0.fields["if-range"] } == [nil])
    }

    @Test func aMirrorThatOnlyTricklesIsLeftForAnother() async throws {
        let first = try FaultServer { _, request in
            let start = Int(request.fields["range"]?.dropFirst(6).dropLast() ?? "") ?? 0
            let range = "Content-Range: bytes \(start)-\(image.count - 1)/\(image.count)"
            let whole = head("200 OK", "ETag: \"v1\"", "Content-Length: \(image.count)")
            let part = head("206 Partial Content", range, "Content-Length: \(image.count - start)")
            return [start == 0 ? whole : part, .send(Array(image[start..<start + 100])), .reset]
        }
        let second = try FaultServer { _, request in ResumeTests.part(request, "ETag: \"v1\"") }
        #expect(try await readAll(source(first.origin, second.origin)).bytes == image)
        #expect(first.requests.count <= 3 && second.requests.count == 1)
    }

    @Test func cancellingEndsTheRace() async throws {
        let silent = try FaultServer { _, _ in [.pause(5000)] }
        let stream = try source(silent.origin, silent.origin) { $0.stallTimeout = .seconds(30) }.makeStream()
        let reading = Task { try await onThread { try readStream(stream).bytes } }
        try await Task.sleep(for: .milliseconds(500))
        stream.cancel()
        await #expect(throws: ImageSourceError.cancelled) { try await reading.value }
    }

    @Test func theFirstMirrorThatAnswersIsRead() async throws {
        let missing = try FaultServer { _, _ in [head("404 Not Found", "Content-Length: 0")] }
        let server = try FaultServer { _, _ in whole(image) }
        let closed = try FaultServer { _, _ in [] }.origin
        let mirrors = try MirroredImageSource(locations: [closed, "\(missing.origin)/x", "\(server.origin)/y"])
        let result = try await readAll(mirrors)
        #expect(result.bytes == image)
        #expect(result.origin.name == "\(server.origin)/y")
    }

    @Test func whenNoneAnswersEachReasonIsTold() async throws {
        let missing = try FaultServer { _, _ in [head("404 Not Found", "Content-Length: 0")] }
        let mirrors = try MirroredImageSource(locations: ["/does/not/exist", "\(missing.origin)/x"])
        let error = await #expect(throws: ImageSourceError.self) { try await readAll(mirrors) }
        guard case .noMirror(let reasons) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reasons.count == 2)
        #expect(reasons.first?.contains("/does/not/exist") == true)
        #expect(reasons.last?.contains("404") == true)
    }

    @Test func filesAreReadByPathAndByURL() async throws {
        for location in ["/etc/os-release", "file:///etc/os%2Drelease"] {
            let result = try await readAll(MirroredImageSource(locations: [location]))
            #expect(String(decoding: result.bytes, as: UTF8.self).contains("ID="))
            #expect(result.origin.length == UInt64(result.bytes.count))
        }
        await #expect(throws: (any Error).self) { try await readAll(MirroredImageSource(locations: ["/etc"])) }
    }
}
