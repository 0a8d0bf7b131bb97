import HTTPTestKit
import OCIReferences
import Testing

@testable import ImageSources

/// What a registry answers with one image in it, for tests in which it misbehaves.
struct FakeRegistry {
    let layer: [UInt8]
    let manifest: [UInt8]

    init(_ layer: [UInt8]) {
        self.layer = layer
        manifest = Self.manifest(OCIDigest(of: layer), layer.count)
    }

    static func manifest(_ digest: OCIDigest, _ size: Int) -> [UInt8] {
        Array(
            """
            {"schemaVersion": 2, "mediaType": "\(Types.ociManifest)",
             "layers": [{"mediaType": "\(Types.disk)", "digest": "\(digest)", "size": \(size)}]}
            """.utf8)
    }

    var blobPath: String { "/v2/os/blobs/\(OCIDigest(of: layer))" }

    /// An answer with the manifest or the layer, or a part of it.
    func answer(_ request: FaultServer.Request) -> [FaultServer.Action] {
        if request.path.hasPrefix("/v2/os/manifests/") { return whole(manifest, "Content-Type: \(Types.ociManifest)") }
        return request.path == blobPath ? blob(request) : [head("404 Not Found", "Content-Length: 0")]
    }

    func blob(_ request: FaultServer.Request) -> [FaultServer.Action] {
        guard let start = request.fields["range"].flatMap({ Int($0.dropFirst(6).dropLast()) }) else {
            return whole(layer)
        }
        return [
            head(
                "206 Partial Content", "Content-Length: \(layer.count - start)",
                "Content-Range: bytes \(start)-\(layer.count - 1)/\(layer.count)"),
            .send(Array(layer[start...])),
        ]
    }
}

/// What reading throws.
func refusal(_ references: String..., change: (inout HTTPOptions) -> Void = { _ in }) async throws -> String {
    let source = try MirroredImageSource(locations: references, options: testOptions(change))
    let error = await #expect(throws: ImageSourceError.self) { try await readAll(source) }
    return error?.description ?? ""
}
