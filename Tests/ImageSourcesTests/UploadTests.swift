import Diagnostics
import LinuxSystem
import Testing

@testable import ImageSources

@Suite struct UploadTests {
    private static let image = [UInt8]((0..<1_500_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
    private static let digest = String(repeating: "a", count: 64)

    @Test func anImageIsPutAndItsChecksumBesideIt() throws {
        let server = try UploadServer { _, _ in .answer("201 Created") }
        var options = HTTPOptions()
        options.userAgent = "martlet/test"
        options.headers = Secret([.init(name: "Authorization", value: "Bearer t")])
        try upload(to: server.origin + "/folder/web%201.raw.zst?key=1", options)
        let (first, second) = (try #require(server.uploads.first), try #require(server.uploads.last))
        #expect(server.uploads.count == 2)
        #expect(first.method == "PUT" && first.path == "/folder/web%201.raw.zst?key=1" && first.isWhole)
        #expect(first.body == Self.image)
        #expect(first.fields["transfer-encoding"] == "chunked" && first.fields["content-type"] == "application/zstd")
        #expect(first.fields["authorization"] == "Bearer t" && first.fields["user-agent"] == "martlet/test")
        #expect(second.method == "PUT" && second.path == "/folder/web%201.raw.zst.sha256?key=1" && second.isWhole)
        #expect(String(decoding: second.body, as: UTF8.self) == "\(Self.digest)  web 1.raw.zst\n")
    }

    @Test func aServerThatTakesNoChecksumHasTheImageAllTheSame() throws {
        let server = try UploadServer { number, _ in .answer(number == 0 ? "200 OK" : "403 Forbidden", text: "no\nway")
        }
        let notices = Monitor<[String]>([])
        var options = HTTPOptions()
        options.notice = { notice in notices.update { $0.append(notice) } }
        try upload(to: server.origin + "/a", options)
        #expect(
            notices.update { $0 } == [
                "the image's checksum could not be laid beside it: the server refuses the upload to "
                    + "\(server.origin)/a.sha256: 403 Forbidden, \"no\""
            ])
    }

    @Test func userInformationOfTheURLIsSentAndNeverShown() throws {
        let server = try UploadServer { _, _ in .answer("500 Oops") }
        let error = #expect(throws: ImageDestinationError.self) {
            try upload(to: "http://user:geheim@127.0.0.1:\(server.port)/a?token=geheim")
        }
        #expect(server.uploads.first?.fields["authorization"] == "Basic dXNlcjpnZWhlaW0=")
        #expect(error?.explanation.contains("geheim") == false)
        #expect(error?.mayPassSoon == true)
    }

    @Test(arguments: [
        ("413 Payload Too Large", "at most 1 GB\u{1b}[2J", false), ("507 Insufficient Storage", "<html>", true),
        ("401 Unauthorized", "", false), ("302 Found", "", false),
    ])
    func aRefusalInTheMiddleIsToldInTheServersWords(status: String, text: String, mayPass: Bool) throws {
        let server = try UploadServer { _, _ in .refuseAfter(70_000, status, text: text) }
        let error = #expect(throws: ImageDestinationError.self) { try upload(to: server.origin + "/a") }
        let said = ["": "", "<html>": ", an HTML page"][text] ?? ", \"at most 1 GB\\u{1B}[2J\""
        #expect(error?.description == "the server refuses the upload to \(server.origin)/a: \(status)\(said)")
        #expect(error?.mayPassSoon == mayPass)
        #expect(server.uploads.count == 1 && server.uploads.first?.isWhole == false)
    }

    @Test func aConnectionThatBreaksOffIsToldWithItsPlace() throws {
        let server = try UploadServer { _, _ in .breakOffAfter(200_000) }
        let error = #expect(throws: ImageDestinationError.self) { try upload(to: server.origin + "/a") }
        guard case .interrupted(_, let offset, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(offset >= 65536 && error?.mayPassSoon == true)
    }

    @Test func aServerThatReadsNoFurtherIsLeftAfterAWhile() throws {
        let server = try UploadServer { _, _ in .stallAfter(1) }
        var options = HTTPOptions()
        options.stallTimeout = .seconds(1)
        let large = [UInt8](repeating: 7, count: 64 << 20)
        let error = #expect(throws: ImageDestinationError.self) { try upload(large, to: server.origin + "/a", options) }
        guard case .stalled(_, let offset, 1)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(offset > 0 && error?.mayPassSoon == true)
    }

    @Test func noServerIsToldAtOnce() throws {
        var options = HTTPOptions()
        options.connectTimeout = .seconds(2)
        let error = #expect(throws: ImageDestinationError.self) { try upload(to: "http://127.0.0.1:9/a", options) }
        #expect(error?.description == "cannot reach http://127.0.0.1:9/a: Connection refused")
    }

    @Test(arguments: ["405 Method Not Allowed", "501 Not Implemented"])
    func aServerWithoutPUTGetsAFormFromThenOn(status: String) throws {
        let server = try UploadServer { _, upload in upload.method == "PUT" ? .answer(status) : .answer("200 OK") }
        let place = HTTPImageDestination(
            try HTTPLocation(server.origin + "/image"), fileName: "52-54-00-00-00-01.img\"\r\n", options: HTTPOptions())
        let error = #expect(throws: ImageDestinationError.self) { try send(Self.image, to: place) }
        guard case .wantsForm? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        try send(Self.image, to: place)
        let form = try #require(server.uploads.last)
        #expect(form.method == "POST" && form.isWhole && server.uploads.count == 2)
        let boundary = try #require(form.fields["content-type"]?.split(separator: "boundary=").last)
        let head =
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"BootyImage\"; "
            + "filename=\"52-54-00-00-00-01.img__\"\r\nContent-Type: application/octet-stream\r\n\r\n"
        #expect(form.body == Array(head.utf8) + Self.image + Array("\r\n--\(boundary)--\r\n".utf8))
    }

    @Test func cancellingEndsAnUploadThatWaits() throws {
        let server = try UploadServer { _, _ in .stallAfter(1) }
        let sink = HTTPImageDestination(
            try HTTPLocation(server.origin + "/a"), fileName: "a", options: HTTPOptions()
        ).makeSink()
        defer { sink.close() }
        try sink.open()
        try NativeThread.start("canceller") {
            sleepBriefly()
            sink.cancel()
        }
        let large = [UInt8](repeating: 7, count: 64 << 20)
        #expect(throws: ImageDestinationError.cancelled) { try large.withUnsafeBytes { try sink.write($0) } }
    }

    private func upload(
        _ image: [UInt8] = Self.image, to url: String, _ options: HTTPOptions = HTTPOptions()
    ) throws {
        try send(image, to: HTTPImageDestination(try HTTPLocation(url), fileName: "disk.raw.zst", options: options))
    }

    private func send(_ image: [UInt8], to place: HTTPImageDestination) throws {
        let sink = place.makeSink()
        defer { sink.close() }
        try sink.open()
        for start in stride(from: 0, to: image.count, by: 700_000) {
            try image[start..<min(start + 700_000, image.count)].withUnsafeBytes { try sink.write($0) }
        }
        try sink.finish(digest: Self.digest)
    }
}

private func sleepBriefly() {
    _ = Monitor(false).wait(timeout: .milliseconds(300)) { $0 ? () : nil }
}
