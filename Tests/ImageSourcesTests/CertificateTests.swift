import Diagnostics
import Glibc
import HTTPTestKit
import ImageSources
import LinuxSystem
import NIOSSL
import TLSDiagnosis
import TLSTestKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct CertificateTests {
    @Test func aServerOfTheExtraAuthorityIsRead() async throws {
        let server = try await TLSServer([TestCertificates.right])
        let result = try await withAuthority { authority in
            try await readAll(source("https://localhost:\(server.port)/x") { $0.extraTrustRoots = authority })
        }
        #expect(result.bytes == Array("ok".utf8))
    }

    @Test(arguments: [
        (TestCertificates.future, "is valid from 2110-03-01 but this machine's clock says 20", "set the clock"),
        (TestCertificates.expired, "expired on 2021-06-15 (this machine's clock says 20", "renew it"),
        (TestCertificates.untrusted, #"(issuer "CN=Stranger's authority, O=Somebody else")"#, "/deploy/ca.pem"),
        (TestCertificates.elsewhere, #"for another name (it is for "controller.example.net", "#, "use a name"),
    ])
    func theReasonForRefusingACertificateIsTold(leaf: String, words: String, advice: String) async throws {
        let server = try await TLSServer([leaf])
        let url = "https://joe:hunter2@localhost:\(server.port)/x?key=hunter2"
        let error = try await withAuthority { authority in
            await #expect(throws: ImageSourceError.self) {
                try await readAll(source(url) { $0.extraTrustRoots = authority })
            }
        }
        let text = error?.description ?? ""
        #expect(text.contains("cannot reach https://localhost:\(server.port)/x") && text.contains(words), "\(text)")
        #expect(!text.contains("hunter2"))
        #expect(error?.advice.contains(advice) == true)
        let counts = try await server.settled()
        #expect(counts.connections == 2 && counts.applicationBytes == 0)
    }

    @Test(arguments: [(TLSVersion.tlsv11, false), (.tlsv12, true), (.tlsv13, true)])
    func aServerThatSpeaksOnlyOldTLSIsNotSpokenTo(newest: TLSVersion, isRead: Bool) async throws {
        let server = try await TLSServer([TestCertificates.right], newest: newest)
        try await withAuthority { authority in
            let source = try source("https://localhost:\(server.port)/x") { $0.extraTrustRoots = authority }
            guard !isRead else {
                #expect(try await readAll(source).bytes == Array("ok".utf8))
                return
            }
            let error = await #expect(throws: ImageSourceError.self) { try await readAll(source) }
            #expect(
                error?.description.hasSuffix(": it does not speak TLS 1.2 or later on that port") == true, "\(error)")
            #expect(server.counts.handshakes == 0)
        }
    }

    /// As servers answer what is no HTTP to them, or not at all.
    @Test(arguments: [
        ("HTTP/1.1 400 Bad Request\r\n\r\n", "it does not speak TLS 1.2 or later on that port"),
        ("", "the server closed the connection during the TLS handshake"),
    ])
    func aServerWithoutTLSIsToldFromOneThatHangsUp(answer: String, words: String) async throws {
        let listener = try LoopbackListener { connection in
            var hello = [UInt8](repeating: 0, count: 4096)
            _ = recv(connection.rawValue, &hello, hello.count, 0)
            try? Array(answer.utf8).withUnsafeBytes { try connection.writeAll($0) }
        }
        let url = "https://localhost:\(listener.port)/x"
        let error = await #expect(throws: ImageSourceError.self) { try await readAll(source(url)) }
        #expect(error?.description == "cannot reach \(url): \(words)")
    }

    @Test func anotherMirrorIsReadWhenACertificateIsRefused() async throws {
        let refused = try await TLSServer([TestCertificates.untrusted])
        let server = try FaultServer { _, _ in whole(image) }
        let mirrors = try MirroredImageSource(locations: ["https://localhost:\(refused.port)/x", server.origin])
        #expect(try await readAll(mirrors).bytes == image)
    }

    private func withAuthority<Value>(_ body: (String) async throws -> Value) async throws -> Value {
        let path = "/tmp/martlet-authority-\(UInt64.random(in: .min ... .max)).pem"
        try Files.write(TestCertificates.authority, to: path)
        defer { unlink(path) }
        return try await body(path)
    }
}
