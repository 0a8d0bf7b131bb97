import Diagnostics
import FoundationEssentials
import Hummingbird
import NIOSSL
import ProvisioningAPI
import Testing

@testable import ControllerClient

@Suite(.timeLimit(.minutes(1))) struct TransportSecurityTests {
    @Test func aControllerIsTrustedThroughTheExtraAuthorityAndByNameOnly() async throws {
        try await withAuthority { authority in
            let trusted = try await failure(host: "localhost", authority: authority)
            #expect(trusted == nil)
            let stranger = try await failure(host: "localhost", authority: nil)
            #expect(stranger == .certificateNotTrusted)
            let misnamed = try await failure(host: "127.0.0.1", authority: authority)
            #expect(misnamed == .certificateForAnotherName)
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
        host: String, authority: String?, _ change: (inout TLSConfiguration) -> Void = { _ in }
    ) async throws -> TransportFailure? {
        let leaf = try NIOSSLCertificate(bytes: Array(TestCertificates.leaf.utf8), format: .pem)
        let key = try NIOSSLPrivateKey(bytes: Array(TestCertificates.leafKey.utf8), format: .pem)
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(leaf)], privateKey: .privateKey(key))
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
