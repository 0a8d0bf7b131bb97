import Diagnostics
import FoundationEssentials
import Hummingbird
import NIOSSL
import ProvisioningAPI
import TLSDiagnosis
import TLSTestKit
import Testing

@testable import ControllerClient

@Suite(.timeLimit(.minutes(1))) struct TransportSecurityTests {
    @Test func aControllerIsTrustedThroughTheExtraAuthorityAndByNameOnly() async throws {
        try await withAuthority { authority in
            let trusted = try await failure(host: "localhost", authority: authority)
            #expect(trusted == nil)
            let stranger = try await failure(host: "localhost", authority: nil)
            let issuer = #""CN=Martlet test authority, O=Martlet""#
            #expect(stranger == .certificate(.untrustedAuthority(issuer: issuer)))
            let misnamed = try await failure(host: "127.0.0.1", authority: authority)
            #expect(misnamed == .certificate(.anotherName(["localhost"])))
        }
    }

    @Test(arguments: [
        (TestCertificates.future, "is valid from 2110-03-01 but this machine's clock says 20"),
        (TestCertificates.expired, "expired on 2021-06-15 (this machine's clock says 20"),
        (TestCertificates.untrusted, #"not trusted (issuer "CN=Stranger's authority, O=Somebody else")"#),
        (TestCertificates.misattributed, #"issuer's name is trusted (issuer "CN=Martlet test authority, O=Martlet")"#),
        (TestCertificates.elsewhere, #"for another name (it is for "controller.example.net", "*.example.org", "#),
    ])
    func theReasonForRefusingACertificateIsTold(leaf: String, words: String) async throws {
        try await withAuthority { authority in
            let failure = try await failure(host: "localhost", leaf: leaf, authority: authority)
            #expect(failure?.description.contains(words) == true, "\(String(describing: failure))")
        }
    }

    @Test func aRefusedCertificateGetsNoToken() async throws {
        try await withAuthority { authority in
            for leaf in [TestCertificates.future, TestCertificates.untrusted, TestCertificates.elsewhere] {
                let server = try await TLSServer([leaf])
                let client = try ControllerClient(
                    configuration: ControllerConfiguration(
                        endpoints: ControllerEndpoints(initial: "https://localhost:\(server.port)/init?key=hunter2"),
                        token: Secret("hunter2"), extraAuthorities: authority, version: "1",
                        retry: RetryPolicy(first: .seconds(60), longest: .seconds(60), attemptLimit: .seconds(20))))
                let error = await #expect(throws: ControllerError.self) {
                    try await client.reportInit(.provision, within: .seconds(20))
                }
                await client.shutdown()
                let text = error.map { "\($0) \($0.advice)" } ?? "hunter2"
                #expect(text.contains("certificate") && !text.contains("hunter2"))
                let counts = try await server.settled()
                #expect(counts.connections == 2 && counts.applicationBytes == 0)
            }
        }
    }

    @Test func TLSBefore12IsRefused() async throws {
        try await withAuthority { authority in
            let failure = try await failure(host: "localhost", authority: authority) { $0.maximumTLSVersion = .tlsv11 }
            #expect(failure == .noTLS)
        }
    }

    @Test func authoritiesThatCannotBeReadAreAnErrorBeforeAnyCall() async throws {
        try await withAuthority { authority in
            let broken = authority + ".broken"
            try Data("no certificate".utf8).write(to: URL(filePath: broken))
            for (path, reason) in [(broken, "it holds no PEM certificate"), (authority + ".none", "it cannot be read")]
            {
                #expect(throws: ControllerError.authorities(path: path, reason: reason)) {
                    try ControllerClient(
                        configuration: ControllerConfiguration(
                            endpoints: ControllerEndpoints(), extraAuthorities: path, version: "1"))
                }
            }
        }
    }

    /// Calls a controller with the test's certificate and says how that failed, if it did.
    private func failure(
        host: String, leaf: String = TestCertificates.right, authority: String?,
        _ change: (inout TLSConfiguration) -> Void = { _ in }
    ) async throws -> TransportFailure? {
        var tls = try TLSServer.configuration([leaf])
        change(&tls)
        let controller = ScriptedController(tls: tls) { _, _ in Response(status: .noContent) }
        return try await controller.serving {
            let url = controller.url("/init").replacing("http://127.0.0.1", with: "https://\(host)")
            let client = try ControllerClient(
                configuration: ControllerConfiguration(
                    endpoints: ControllerEndpoints(initial: url), extraAuthorities: authority, version: "1",
                    retry: RetryPolicy(first: .seconds(60), longest: .seconds(60), attemptLimit: .seconds(20))))
            var failure: TransportFailure?
            do throws(ControllerError) {
                try await client.reportInit(.provision, within: .seconds(20))
            } catch {
                guard case .unreachable(_, _, let reason) = error else { throw error }
                failure = reason
            }
            await client.shutdown()
            return failure
        }
    }

    private func withAuthority(_ body: (String) async throws -> Void) async throws {
        let directory = "/tmp/martlet-authority-\(UInt64.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let path = "\(directory)/ca.pem"
        try Data(TestCertificates.authority.utf8).write(to: URL(filePath: path))
        try await body(path)
    }
}
