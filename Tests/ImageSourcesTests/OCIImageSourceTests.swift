import Diagnostics
import HTTPTestKit
import OCIReferences
import Testing

@testable import ImageSources

/// Registries that redirect, break off, lie.
@Suite(.timeLimit(.minutes(1))) struct OCIImageSourceTests {
    private let registry = FakeRegistry(image)

    private func reference(_ server: FaultServer) -> String { "oci://127.0.0.1:\(server.port)/os:1" }

    @Test func aBlobElsewhereIsFetchedWithoutTheRegistrysSecrets() async throws {
        let store = try FaultServer { [registry] _, request in registry.blob(request) }
        let target = "\(store.origin)/bucket/x?signature=1"
        let server = try FaultServer { [registry] _, request in
            request.path == registry.blobPath
                ? [head("307 Temporary Redirect", "Location: \(target)", "Content-Length: 0")]
                : registry.answer(request)
        }
        let fields = Secret([HTTPOptions.Field(name: "Authorization", value: "Bearer hunter2")])
        #expect(try await readAll(source(reference(server)) { $0.headers = fields }).bytes == image)
        #expect(server.requests.allSatisfy { $0.fields["authorization"] == "Bearer hunter2" })
        #expect(store.requests.map(\.path) == ["/bucket/x?signature=1"])
        #expect(store.requests.allSatisfy { $0.fields["authorization"] == nil })
    }

    @Test func aLayerIsReadOnWhereItBrokeOff() async throws {
        let server = try FaultServer { [registry] number, request in
            guard request.path == registry.blobPath, number < 3 else { return registry.answer(request) }
            return [
                head("200 OK", "Content-Length: \(image.count)"),
                .send(Array(image[..<100_000])), .reset,
            ]
        }
        #expect(try await readAll(source(reference(server))).bytes == image)
        #expect(server.requests.last?.fields["range"] == "bytes=100000-")
    }

    @Test(arguments: [0, 150_000, 299_999]) func anotherByteIsNoticedAtTheEnd(place: Int) async throws {
        var wrong = image
        wrong[place] ^= 1
        let server = try FaultServer { [registry, wrong] _, request in
            request.path == registry.blobPath ? whole(wrong) : registry.answer(request)
        }
        let text = try await refusal(reference(server))
        #expect(text.hasPrefix("the layer of \(reference(server)) is not the right one: it is sha256:"), "\(text)")
        #expect(text.hasSuffix("not \(OCIDigest(of: image))"))
    }

    @Test func anotherLengthIsRefusedAtOnce() async throws {
        let server = try FaultServer { [registry] _, request in
            request.path == registry.blobPath ? whole(image + [0]) : registry.answer(request)
        }
        let text = try await refusal(reference(server))
        #expect(text.contains("it is 300001 bytes long, not 300000 bytes, as the manifest says"), "\(text)")
    }

    @Test func aManifestThatIsNotTheOneItIsPinnedToIsRefused() async throws {
        let server = try FaultServer { [registry] _, request in registry.answer(request) }
        let pinned = "oci://127.0.0.1:\(server.port)/os@\(OCIDigest(of: [1]))"
        #expect(
            try await refusal(pinned)
                == "the manifest of \(pinned) is not the right one: it is \(OCIDigest(of: registry.manifest)), "
                + "not \(OCIDigest(of: [1]))")
    }

    @Test func whatTheFirstStreamFoundIsWhatTheNextOneReads() async throws {
        let moved = FakeRegistry(Array(image.reversed()))
        let server = try FaultServer { [registry] number, request in
            let isManifest = request.path.hasPrefix("/v2/os/manifests/")
            return isManifest && number > 0 ? moved.answer(request) : registry.answer(request)
        }
        let source = try source(reference(server))
        #expect(try await readAll(source).bytes == image)
        #expect(try await readAll(source).bytes == image)
    }

    @Test func anEndlessManifestIsNotRead() async throws {
        let server = try FaultServer { _, _ in
            [head("200 OK", "Content-Length: 99999999"), .send([UInt8](repeating: 0x20, count: 5 << 20)), .pause(3000)]
        }
        let text = try await refusal(reference(server)) { $0.stallTimeout = .seconds(10) }
        #expect(text.contains("holds a manifest of more than 4 MiB"), "\(text)")
    }

    @Test(arguments: [
        ("<html>", "something of the type \"text/html\" that is no manifest"),
        (#"{"schemaVersion": 1, "fsLayers": []}"#, "a manifest of the type \"text/html\""),
        (#"{"schemaVersion": 2, "layers": [], "mediaType": "a/b"}"#, "a manifest of the type \"a/b\""),
        (#"{"schemaVersion": 2, "layers": [], "manifests": []}"#, "a manifest of the type \"text/html\""),
        (#"{"schemaVersion": 2, "layers": []}"#, "no layer"),
        (#"{"schemaVersion": 2, "manifests": []}"#, "images for nothing, and"),
        (
            #"{"schemaVersion": 2, "layers": [{"digest": "sha512:0", "size": 1}]}"#,
            "the digest \"sha512:0\", which is not of SHA-256,"
        ),
        (
            #"{"schemaVersion": 2, "layers": [{"mediaType": "a", "digest": "x", "size": 1}, {"digest": "x", "size": 1}]}"#,
            "2 layers, of the types \"\", \"a\""
        ),
        (#"{"schemaVersion": 2, "layers": [{"digest": "x", "size": -1}]}"#, "something of the type"),
    ])
    func whatIsNoDiskImageIsSaid(manifest: String, holds: String) async throws {
        let server = try FaultServer { _, _ in whole(Array(manifest.utf8), "Content-Type: text/html") }
        let text = try await refusal(reference(server))
        #expect(text.hasPrefix("\(reference(server)) holds \(holds)"), "\(text)")
    }

    @Test func aMirrorWithTheSameLayerTakesOver() async throws {
        let broken = try FaultServer { [registry] number, request in
            guard request.path == registry.blobPath else { return number == 0 ? registry.answer(request) : [.reset] }
            return [head("200 OK", "Content-Length: \(image.count)"), .send(Array(image[..<100_000])), .reset]
        }
        // Late at first, so that it does not win the race.
        let good = try FaultServer { [registry] number, request in
            (number == 0 ? [.pause(1000)] : []) + registry.answer(request)
        }
        #expect(try await readAll(source(reference(broken), reference(good))).bytes == image)
        #expect(good.requests.last?.fields["range"] == "bytes=100000-")
    }

    @Test func aMirrorWithAnotherLayerDoesNot() async throws {
        let broken = try FaultServer { [registry] number, request in
            guard request.path == registry.blobPath else { return number == 0 ? registry.answer(request) : [.reset] }
            return [head("200 OK", "Content-Length: \(image.count)"), .send(Array(image[..<100_000])), .reset]
        }
        let other = FakeRegistry(Array(image.reversed()))
        let server = try FaultServer { number, request in
            (number == 0 ? [.pause(1000)] : []) + other.answer(request)
        }
        await #expect(throws: ImageSourceError.self) {
            try await readAll(source(reference(broken), reference(server)) { $0.resumeAttempts = 1 })
        }
    }

    @Test func aRegistryOverTheNetworkIsNotAskedInClear() async throws {
        let server = try FaultServer { [registry] _, request in registry.answer(request) }
        let text = try await refusal("oci://0.0.0.0:\(server.port)/os")
        #expect(text.hasSuffix("plain http is tried only with INSECURE_TRANSPORT=true"), "\(text)")
        #expect(server.requests.isEmpty)
    }

    @Test func whatMayBeAskedInClearIsThisMachine() throws {
        let options = testOptions()
        let open = testOptions { $0.allowsInsecureTransport = true }
        for (url, isAllowed) in [
            ("https://127.0.0.1:1", true), ("https://localhost", true), ("https://[::1]:5000", true),
            ("https://10.0.2.2:5000", false), ("https://localhost.example", false), ("https://127.evil.example", false),
        ] {
            let location = try HTTPLocation(url)
            #expect(options.allowsPlainHTTP(to: location) == isAllowed, "\(url)")
            #expect(open.allowsPlainHTTP(to: location))
        }
    }
}
