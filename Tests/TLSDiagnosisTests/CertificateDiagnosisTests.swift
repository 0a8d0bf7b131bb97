import NIOCore
import NIOPosix
import NIOSSL
import TLSTestKit
import Testing

@testable import TLSDiagnosis

@Suite("A second look at a certificate", .timeLimit(.minutes(1)))
struct CertificateDiagnosisTests {
    @Test("tells the cause without finishing the handshake, and sends nothing")
    func causes() async throws {
        let stranger = #""CN=Stranger's authority, O=Somebody else""#
        let expected: [(chain: [String], refusal: CertificateRefusal, CertificateFault)] = [
            ([TestCertificates.untrusted], .chain, .untrustedAuthority(issuer: stranger)),
            ([TestCertificates.untrusted, TestCertificates.stranger], .chain, .untrustedAuthority(issuer: stranger)),
            (
                [TestCertificates.elsewhere], .name,
                .anotherName(["controller.example.net", "*.example.org", "192.0.2.7", "2001:db8::7"])
            ),
        ]
        for (chain, refusal, fault) in expected {
            for host in ["localhost", "127.0.0.1"] {
                let server = try await TLSServer(chain)
                #expect(await diagnosis(refusal, host, server.port).fault == fault)
                #expect(try await server.settled() == .init(connections: 1, closed: 1))
            }
        }
    }

    @Test("tells what the dates have to do with it, whatever version of TLS is spoken")
    func dates() async throws {
        for version in [TLSVersion.tlsv12, .tlsv13] {
            for (chain, isFuture) in [(TestCertificates.future, true), (TestCertificates.expired, false)] {
                let server = try await TLSServer([chain])
                let fault = await diagnosis(.chain, "localhost", server.port) {
                    $0.minimumTLSVersion = version
                    $0.maximumTLSVersion = version
                }.fault
                switch fault {
                case .notYetValid(nil, let start, _): #expect(isFuture && start.date == "2110-03-01")
                case .expired(nil, let end, _): #expect(!isFuture && end.date == "2021-06-15")
                default: Issue.record("\(fault)")
                }
                #expect(try await server.settled() == .init(connections: 1, closed: 1))
            }
        }
    }

    @Test("that nobody answers ends in time with what is known without it")
    func silence() async throws {
        let silent = try await TLSServer([])
        let start = ContinuousClock.now
        let fault = await diagnosis(.chain, "127.0.0.1", silent.port, limit: .milliseconds(300)).fault
        #expect(fault == .unexplained)
        #expect(ContinuousClock.now - start < .seconds(3))
        #expect(try await silent.settled().closed == 1)

        let gone = try await TLSServer([]).port
        for host in ["127.0.0.1", "no host", "", "[::1]"] {
            #expect(await diagnosis(.name, host, gone, limit: .seconds(2)).fault == .anotherName([]))
        }
    }

    @Test("ends when its caller does not want it any more")
    func cancellation() async throws {
        let silent = try await TLSServer([])
        let start = ContinuousClock.now
        let port = silent.port
        let task = Task { await diagnosis(.chain, "127.0.0.1", port, limit: .seconds(30)).fault }
        try await Task.sleep(for: .milliseconds(50))
        task.cancel()
        #expect(await task.value == .unexplained)
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test("is for refusals of certificates only")
    func refusals() {
        #expect(CertificateRefusal(NIOSSLExtraError.failedToValidateHostname) == .name)
        #expect(CertificateRefusal(NIOSSLExtraError.invalidSNIHostname) == nil)
        #expect(CertificateRefusal(NIOSSLError.handshakeFailed(.sslError([.eofDuringHandshake]))) == nil)
        #expect(CertificateRefusal(NIOSSLError.uncleanShutdown) == nil)
        #expect(CertificateRefusal(ChannelError.connectTimeout(.seconds(1))) == nil)
    }
}

private func diagnosis(
    _ refusal: CertificateRefusal, _ host: String, _ port: Int, limit: Duration = .seconds(5),
    _ change: (inout TLSConfiguration) -> Void = { _ in }
) -> CertificateDiagnosis {
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .certificates([])
    change(&tls)
    return CertificateDiagnosis(
        of: refusal, host: host, port: port, tls: tls, limit: limit, on: MultiThreadedEventLoopGroup.singleton)
}
