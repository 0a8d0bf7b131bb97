import HTTPTestKit
import LinuxSystem
import Testing

@testable import ImageSources

/// Opens a stream and reads parts of it.
private func read(_ parts: [Range<Int>], of source: any ImageSource) async throws -> [[UInt8]] {
    try await onThread {
        let stream = source.makeStream()
        defer { stream.close() }
        _ = try stream.open()
        return try parts.map { part in
            try stream.seek(to: UInt64(part.lowerBound)..<UInt64(part.upperBound))
            var bytes: [UInt8] = []
            while bytes.count < part.count, try stream.withNextChunk({ bytes += $0 }) {}
            return Array(bytes.prefix(part.count))
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct PartTests {
    private static let parts = [200_000..<200_100, 0..<10, 299_999..<300_000, 5..<250_000]
    private static let tag = "ETag: \"v1\""

    /// Answers as a server that knows Range.
    static func answer(_ request: FaultServer.Request, cut: Int = .max) -> [FaultServer.Action] {
        guard let range = request.fields["range"] else { return whole(image, tag, "Accept-Ranges: bytes") }
        let ends = range.dropFirst(6).split(separator: "-").compactMap { Int($0) }
        let part = ends[0]..<(ends.count > 1 ? ends[1] + 1 : image.count)
        return [
            head(
                "206 Partial Content", tag, "Content-Length: \(part.count)",
                "Content-Range: bytes \(part.lowerBound)-\(part.upperBound - 1)/\(image.count)"),
            .send(Array(image[part].prefix(cut))),
        ]
    }

    @Test func partsOfAnImageAreReadInAnyOrder() async throws {
        let server = try FaultServer { _, request in Self.answer(request) }
        let read = try await read(Self.parts, of: source(server.origin))
        #expect(read == Self.parts.map { Array(image[$0]) })
        #expect(
            server.requests.dropFirst().map { $0.fields["range"] } == [
                "bytes=200000-200099", "bytes=0-9", "bytes=299999-299999", "bytes=5-249999",
            ])
        #expect(server.requests.dropFirst().allSatisfy { $0.fields["if-range"] == "\"v1\"" })
    }

    @Test func aPartThatBreaksOffIsTakenUpWhereItWas() async throws {
        let server = try FaultServer { number, request in Self.answer(request, cut: number == 1 ? 70 : .max) }
        let read = try await read([200_000..<200_100], of: source(server.origin))
        #expect(read == [Array(image[200_000..<200_100])])
        #expect(server.requests.last?.fields["range"] == "bytes=200070-200099")
    }

    @Test func anotherMirrorGoesOnWithAPart() async throws {
        let first = try FaultServer { number, request in
            number == 0 ? Self.answer(request) : number == 1 ? Self.answer(request, cut: 70) : [.reset]
        }
        let second = try FaultServer { _, request in
            request.fields["range"] == nil ? [.pause(2000)] : Self.answer(request)
        }
        let read = try await read([200_000..<200_100], of: source(first.origin, second.origin))
        #expect(read == [Array(image[200_000..<200_100])])
    }

    @Test func theMirrorThatGoesOnOffersPartsAsWell() async throws {
        let first = try FaultServer { number, request in
            number == 0 ? Self.answer(request) : number == 1 ? Self.answer(request, cut: 70) : [.reset]
        }
        let second = try FaultServer { _, request in
            request.fields["range"] == nil ? [.pause(2000)] : Self.answer(request)
        }
        let mirrors = try source(first.origin, second.origin)
        let offersParts = try await onThread {
            let stream = mirrors.makeStream()
            defer { stream.close() }
            _ = try stream.open()
            try stream.seek(to: 200_000..<200_100)
            var count = 0
            while count < 100, try stream.withNextChunk({ count += $0.count }) {}
            return stream.offersParts
        }
        #expect(offersParts)
    }

    @Test func aServerThatSendsTheWholeHasNoParts() async throws {
        let server = try FaultServer { _, _ in whole(image, Self.tag) }
        await #expect(
            throws: ImageSourceError.noParts(
                server.origin + "/", reason: "the server does not answer Range requests")
        ) { try await read([5..<10], of: source(server.origin + "/")) }
    }

    @Test func partsOfWhatMayHaveChangedAreRefused() async throws {
        let server = try FaultServer { number, request in
            number == 0 ? whole(image, "Accept-Ranges: bytes") : Self.answer(request)
        }
        await #expect(throws: ImageSourceError.self) { try await read([5..<10], of: source(server.origin)) }
        let other = try FaultServer { number, request in
            number == 0 ? whole(image, Self.tag) : whole(Array(image.reversed()), "ETag: \"v2\"")
        }
        await #expect(throws: ImageSourceError.changed(other.origin, offset: 5)) {
            try await read([5..<10], of: source(other.origin))
        }
    }

    @Test func whetherThereArePartsIsKnownFromTheFirstAnswer() async throws {
        for (fields, isOffered) in [([Self.tag, "Accept-Ranges: bytes"], true), ([Self.tag], false)] {
            let server = try FaultServer { _, _ in whole(image, fields.first ?? "", fields.last ?? "") }
            let offered = try await onThread { [source = try source(server.origin)] in
                let stream = source.makeStream()
                defer { stream.close() }
                _ = try stream.open()
                return stream.offersParts
            }
            #expect(offered == isOffered)
        }
    }
}
