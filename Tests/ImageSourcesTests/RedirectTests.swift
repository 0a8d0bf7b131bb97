import Diagnostics
import HTTPTestKit
import ImageSources
import Testing

@Suite(.timeLimit(.minutes(1))) struct RedirectTests {
    private static func secretive(_ options: inout HTTPOptions) {
        options.headers = Secret([.init(name: "X-Image-Key", value: "hunter2")])
    }

    @Test func credentialsStayWithTheirOrigin() async throws {
        let other = try FaultServer { _, _ in whole(image) }
        let target = "\(other.origin)/elsewhere"
        let server = try FaultServer { _, _ in [head("302 Found", "Location: \(target)", "Content-Length: 0")] }
        let url = "http://joe:pass%20word@127.0.0.1:\(server.port)/x"
        #expect(try await readAll(source(url, change: Self.secretive)).bytes == image)
        // joe:pass word
        #expect(server.requests.first?.fields["authorization"] == "Basic am9lOnBhc3Mgd29yZA==")
        #expect(server.requests.first?.fields["x-image-key"] == "hunter2")
        #expect(other.requests.first?.path == "/elsewhere")
        #expect(other.requests.first?.fields["authorization"] == nil)
        #expect(other.requests.first?.fields["x-image-key"] == nil)
    }

    @Test func withinTheOriginCredentialsAreKept() async throws {
        let server = try FaultServer { number, _ in
            number == 0 ? [head("307 Temporary Redirect", "Location: ../y?z=1", "Content-Length: 0")] : whole(image)
        }
        let url = "http://joe:secret@127.0.0.1:\(server.port)/a/b"
        #expect(try await readAll(source(url, change: Self.secretive)).bytes == image)
        #expect(server.requests.map(\.path) == ["/a/b", "/y?z=1"])
        #expect(server.requests.allSatisfy { $0.fields["x-image-key"] == "hunter2" })
        #expect(server.requests.allSatisfy { $0.fields["authorization"] != nil })
    }

    @Test func aCircleOfRedirectsEnds() async throws {
        let server = try FaultServer { _, _ in [head("301 Moved Permanently", "Location: /x", "Content-Length: 0")] }
        let error = await #expect(throws: ImageSourceError.self) { try await readAll(source("\(server.origin)/x")) }
        guard case .redirect = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func noErrorShowsTheURLsSecrets() async throws {
        let server = try FaultServer { _, _ in [head("404 Not Found", "Content-Length: 0")] }
        let url = "http://joe:hunter2@127.0.0.1:\(server.port)/x?sig=hunter2"
        let error = await #expect(throws: ImageSourceError.self) { try await readAll(source(url)) }
        let text = error?.description ?? "hunter2"
        #expect(!text.contains("hunter2"))
    }

    @Test func whatAServerSaysCannotDisguiseTheConsole() {
        let error = ImageSourceError.status("http://h/x", code: 404, phrase: "Not \u{1b}[2JFound\u{9b}0m")
        #expect(error.description == "the server refuses http://h/x: 404 Not \\u{1B}[2JFound\\u{009B}0m")
    }

    @Test(arguments: ["ftp://h/x", "http://", "https:///x", "http://h:99999/x", "", "oci://r/I"])
    func locationsThatCannotBeReadAreRefused(text: String) {
        #expect(throws: ImageSourceError.self) { try MirroredImageSource(locations: [text]) }
    }
}
