import Diagnostics
import Foundation
import HTTPTestKit
import OCIReferences
import Testing

@testable import ImageSources

/// Registries that send for a token.
@Suite(.timeLimit(.minutes(1))) struct RegistryAccessTests {
    private static let token = "dawn.chorus"
    private let registry = FakeRegistry(image)

    /// A registry and its token server, which takes `joe` with `hunter2`, or anybody.
    private func servers(
        isPublic: Bool = false, expiresAfter uses: Int = .max
    ) throws -> (registry: FaultServer, tokens: FaultServer) {
        let password = "Basic " + Data("joe:hunter2".utf8).base64EncodedString()
        let tokens = try FaultServer { number, request in
            guard isPublic || request.fields["authorization"] == password else {
                return [head("401 Unauthorized", "Content-Length: 0")]
            }
            return whole(Array(#"{"token": "\#(Self.token)\#(number)", "expires_in": 60}"#.utf8))
        }
        let challenge =
            "WWW-Authenticate: Bearer realm=\"\(tokens.origin)/token?a=b\",service=\"aviary\",scope=\"repository:os:pull\""
        let server = try FaultServer { [registry] number, request in
            let wanted = "Bearer \(Self.token)\(number > uses ? 1 : 0)"
            guard request.fields["authorization"] == wanted else {
                return [head("401 Unauthorized", challenge, "Content-Length: 0")]
            }
            guard number == uses, request.path == registry.blobPath else { return registry.answer(request) }
            return [head("200 OK", "Content-Length: \(image.count)"), .send(Array(image[..<1000])), .reset]
        }
        return (server, tokens)
    }

    private func reference(_ server: FaultServer) -> String { "oci://127.0.0.1:\(server.port)/os" }

    /// A file that is gone with the value.
    private final class CredentialsFile {
        let path = FileManager.default.temporaryDirectory.appending(path: "auth-\(UUID().uuidString).json").path

        init(_ text: String) throws {
            try Data(text.utf8).write(to: URL(filePath: path))
        }

        deinit {
            try? FileManager.default.removeItem(atPath: path)
        }
    }

    @Test func anybodyGetsAToken() async throws {
        let (server, tokens) = try servers(isPublic: true)
        #expect(try await readAll(source(reference(server))).bytes == image)
        #expect(tokens.requests.map(\.path) == ["/token?a=b&service=aviary&scope=repository:os:pull"])
        #expect(tokens.requests.first?.fields["authorization"] == nil)
    }

    @Test func thePasswordGoesToTheTokenServerOnly() async throws {
        let (server, tokens) = try servers()
        let file = try CredentialsFile(
            #"{"auths": {"127.0.0.1:\#(server.port)": {"username": "joe", "password": "hunter2"}}}"#)
        #expect(try await readAll(source(reference(server)) { $0.registryCredentials = file.path }).bytes == image)
        #expect(tokens.requests.count == 1)
        #expect(server.requests.allSatisfy { $0.fields["authorization"]?.hasPrefix("Basic") != true })
    }

    @Test func theTokenDoesNotGoWhereABlobIsElsewhere() async throws {
        let store = try FaultServer { [registry] _, request in registry.blob(request) }
        let tokens = try FaultServer { _, _ in whole(Array(#"{"token": "\#(Self.token)"}"#.utf8)) }
        let challenge = "WWW-Authenticate: Bearer realm=\"\(tokens.origin)/token\""
        let target = "Location: \(store.origin)/bucket"
        let server = try FaultServer { [registry] _, request in
            guard request.fields["authorization"] == "Bearer \(Self.token)" else {
                return [head("401 Unauthorized", challenge, "Content-Length: 0")]
            }
            return request.path == registry.blobPath
                ? [head("307 Temporary Redirect", target, "Content-Length: 0")] : registry.answer(request)
        }
        #expect(try await readAll(source(reference(server))).bytes == image)
        #expect(store.requests.map { $0.fields["authorization"] } == [nil])
    }

    @Test func aTokenThatHasExpiredInTheMiddleIsReplaced() async throws {
        let (server, tokens) = try servers(isPublic: true, expiresAfter: 2)
        #expect(try await readAll(source(reference(server))).bytes == image)
        #expect(tokens.requests.count == 2)
        #expect(server.requests.last?.fields["range"] == "bytes=1000-")
    }

    @Test(arguments: [
        (nil, "there is no file with credentials"),
        (#"{"auths": {"r.example": {"username": "joe", "password": "hunter2"}}}"#, "no password was given: "),
        (#"{"auths": {"HOST": {}}, "credsStore": "desktop"}"#, "no password was given: "),
        (#"{"auths": {"HOST": {"username": "joe", "password": "hunter3"}}}"#, "answers 401; the password is of"),
        (#"{"auths": {"HOST": {"identitytoken": "hunter2"}}}"#, "has a token for 127.0.0.1"),
        (#"{"auths": {"HOST": {"auth": "hunter2"}}}"#, "is not the base64 form of user:password"),
        (#"{"auths": "hunter2"}"#, "does not have the form of docker's config.json"),
    ])
    func whoIsNotLetInLearnsWhy(text: String?, reason: String) async throws {
        let (server, tokens) = try servers()
        let host = "127.0.0.1:\(server.port)"
        let file = try text.map { try CredentialsFile($0.replacingOccurrences(of: "HOST", with: host)) }
        let text = try await refusal(reference(server)) { $0.registryCredentials = file?.path }
        #expect(text.hasPrefix("\(reference(server)) cannot be read: ") && text.contains(reason), "\(text)")
        #expect(!text.contains("hunter"))
        #expect(tokens.requests.count <= 1)
    }

    @Test(arguments: [
        ("r.example/os", #""r.example""#, true), ("r.example/os", #""https://R.example/v2/""#, true),
        ("r.example/a/b", #""r.example/a""#, true), ("r.example/a/b", #""r.example/a/c""#, false),
        ("r.example:5000/os", #""r.example""#, false), ("docker.io/os", #""https://index.docker.io/v1/""#, true),
    ])
    func theEntryOfTheRegistryIsFound(reference: String, key: String, isFound: Bool) throws {
        let file = try CredentialsFile(#"{"auths": {\#(key): {"auth": "am9lOmh1bnRlcjI="}}}"#)
        let found = try RegistryCredentials.find(for: OCIReference(Substring(reference)), in: file.path)
        #expect(found == (isFound ? Secret("joe:hunter2") : nil))
    }

    @Test func aTokenServerInClearIsNotTrusted() async throws {
        let server = try FaultServer { _, _ in
            [head("401 Unauthorized", "WWW-Authenticate: Bearer realm=\"http://192.0.2.1/t\"", "Content-Length: 0")]
        }
        let text = try await refusal(reference(server))
        #expect(text.contains("its token server http://192.0.2.1:80 is plain http"), "\(text)")
    }
}
