import Diagnostics
import Glibc
import HTTPProxies
import HTTPTestKit
import LinuxSystem
import TLSTestKit
import Testing

@testable import ImageSources

/// Through a real proxy. The servers have the address 0.0.0.0, or the name 127.1: both lead to this machine, but are not
/// taken for its loopback network, which is never reached through a proxy.
@Suite(.serialized, .timeLimit(.minutes(1)), .enabled(if: TinyProxy.isInstalled, "tinyproxy is not installed"))
struct ProxyTests {
    private static func settings(_ url: String, exceptions: String = "") throws -> ProxySettings {
        ProxySettings(
            http: try HTTPProxy(url, key: "HTTP_PROXY"), https: try HTTPProxy(url, key: "HTTPS_PROXY"),
            exceptions: ProxyExceptions(exceptions))
    }

    @Test func anHTTPServerIsAskedByTheProxy() async throws {
        let proxy = try await TinyProxy()
        let server = try FaultServer { number, request in
            number == 0 ? [head("302 Found", "Location: /b?c=%20d", "Content-Length: 0")] : whole(image)
        }
        let settings = try Self.settings("http://127.0.0.1:\(proxy.port)")
        let url = "http://joe:hunter2@0.0.0.0:\(server.port)/a?x=1"
        #expect(try await readAll(source(url) { $0.proxies = settings }).bytes == image)
        #expect(server.requests.map(\.path) == ["/a?x=1", "/b?c=%20d"])
        #expect(server.requests.allSatisfy { $0.fields["via"]?.contains("tinyproxy") == true })
        #expect(server.requests.allSatisfy { $0.fields["host"] == "0.0.0.0:\(server.port)" })
        #expect(server.requests.allSatisfy { $0.fields["authorization"] != nil })
        #expect(proxy.log.contains("GET http://0.0.0.0:\(server.port)/a?x=1 HTTP/1.1"))
    }

    @Test func anHTTPSServerIsReachedThroughATunnel() async throws {
        let proxy = try await TinyProxy()
        let server = try await TLSServer([TestCertificates.shorthand])
        let settings = try Self.settings("http://127.0.0.1:\(proxy.port)")
        let authority = "/tmp/martlet-authority-\(UInt64.random(in: .min ... .max)).pem"
        try Files.write(TestCertificates.shorthand, to: authority)
        defer { unlink(authority) }
        let result = try await readAll(
            source("https://127.1:\(server.port)/x") {
                $0.proxies = settings
                $0.extraTrustRoots = authority
            })
        #expect(result.bytes == Array("ok".utf8))
        #expect(proxy.log.contains("CONNECT 127.1:\(server.port) HTTP/1.1"))
    }

    @Test func aCertificateIsRefusedThroughATunnelAsWithoutOne() async throws {
        let proxy = try await TinyProxy()
        let server = try await TLSServer([TestCertificates.untrusted])
        let settings = try Self.settings("http://127.0.0.1:\(proxy.port)")
        let error = await #expect(throws: ImageSourceError.self) {
            try await readAll(source("https://0.0.0.0:\(server.port)/x") { $0.proxies = settings })
        }
        guard case .certificate = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func aDownloadIsReadOnThroughTheProxy() async throws {
        let proxy = try await TinyProxy()
        let server = try FaultServer { number, request in
            number == 0
                ? [
                    head("200 OK", "ETag: \"v1\"", "Content-Length: \(image.count)"), .send(Array(image[..<100_000])),
                    .pause(100), .reset,
                ] : ResumeTests.part(request)
        }
        let settings = try Self.settings("http://127.0.0.1:\(proxy.port)")
        #expect(try await readAll(source("http://0.0.0.0:\(server.port)/x") { $0.proxies = settings }).bytes == image)
        #expect(server.requests.allSatisfy { $0.fields["via"] != nil })
    }

    @Test func theProxyGetsItsPasswordAndTheServerDoesNot() async throws {
        let proxy = try await TinyProxy(credentials: ("joe", "hunter2"))
        let server = try FaultServer { _, _ in whole(image) }
        let url = "http://0.0.0.0:\(server.port)/x"
        let right = try Self.settings("http://joe:hunter2@127.0.0.1:\(proxy.port)")
        #expect(try await readAll(source(url) { $0.proxies = right }).bytes == image)
        #expect(server.requests.allSatisfy { $0.fields["proxy-authorization"] == nil })
        let wrong = try Self.settings("http://127.0.0.1:\(proxy.port)")
        for (scheme, key) in [("http", "HTTP_PROXY"), ("https", "HTTPS_PROXY")] {
            let text = try await refusal("\(scheme)://0.0.0.0:\(server.port)/x") { $0.proxies = wrong }
            #expect(
                text == "cannot reach \(scheme)://0.0.0.0:\(server.port)/x through the proxy "
                    + "http://127.0.0.1:\(proxy.port) of \(key): it wants another user or password than its URL has")
        }
    }

    @Test func aProxyThatIsNotThereIsNamed() async throws {
        let port = try FaultServer { _, _ in [] }.port
        let settings = try Self.settings("http://joe:hunter2@127.0.0.1:\(port)")
        for (scheme, key) in [("http", "HTTP_PROXY"), ("https", "HTTPS_PROXY")] {
            let url = "\(scheme)://images.example/x"
            let error = await #expect(throws: ImageSourceError.self) {
                try await readAll(source(url) { $0.proxies = settings })
            }
            #expect(
                error?.description
                    == "cannot reach \(url) through the proxy http://127.0.0.1:\(port) of \(key): Connection refused")
            #expect(error?.advice.contains(key) == true)
        }
    }

    @Test func whatIsExceptedIsReachedDirectly() async throws {
        let port = try FaultServer { _, _ in [] }.port
        let server = try FaultServer { _, _ in whole(image) }
        let excepted = try Self.settings("http://127.0.0.1:\(port)", exceptions: "0.0.0.0/8")
        #expect(
            try await readAll(source("http://0.0.0.0:\(server.port)/x") { $0.proxies = excepted }).bytes == image)
        let none = try Self.settings("http://127.0.0.1:\(port)")
        #expect(try await readAll(source("\(server.origin)/x") { $0.proxies = none }).bytes == image)
        #expect(server.requests.allSatisfy { $0.fields["via"] == nil })
    }

    @Test func aRegistryIsReadThroughTheProxy() async throws {
        let proxy = try await TinyProxy()
        let registry = FakeRegistry(image)
        let server = try FaultServer { _, request in registry.answer(request) }
        let settings = try Self.settings("http://127.0.0.1:\(proxy.port)")
        let source = try source("oci://0.0.0.0:\(server.port)/os") {
            $0.proxies = settings
            $0.allowsInsecureTransport = true
        }
        #expect(try await readAll(source).bytes == image)
        #expect(server.requests.allSatisfy { $0.fields["via"] != nil })
    }
}
