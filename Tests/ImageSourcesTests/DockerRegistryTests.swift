import Diagnostics
import Foundation
import Testing

@testable import ImageSources

/// Against the registry that most others are made from.
@Suite(
    .serialized, .timeLimit(.minutes(2)),
    .enabled(if: DockerRegistry.isInstalled, "docker-registry is not installed"))
struct DockerRegistryTests {
    private static func index(_ type: String, _ manifests: [String]) -> String {
        #"{"schemaVersion": 2, "mediaType": "\#(type)", "manifests": [\#(manifests.joined(separator: ", "))]}"#
    }

    @Test func imagesOfBothKindsAreReadByTagAndByDigest() async throws {
        let registry = try await DockerRegistry()
        let layer = try registry.push(image, to: "os/debian", type: Types.disk)
        for (tag, type) in [("12", Types.ociManifest), ("docker", Types.dockerManifest)] {
            let pushed = try registry.pushImage([layer], to: "os/debian", tag: tag, type: type)
            let digest = try #require(pushed.firstMatch(of: /sha256:[0-9a-f]+/)).output
            for reference in ["os/debian:\(tag)", "os/debian@\(digest)", "os/debian:any@\(digest)"] {
                let result = try await readAll(source("oci://\(registry.host)/\(reference)"))
                #expect(result.bytes == image)
                #expect(result.origin.length == UInt64(image.count))
                #expect(result.origin.name == "oci://\(registry.host)/\(reference)")
            }
        }
    }

    @Test(arguments: [(Types.ociIndex, Types.ociManifest), (Types.dockerList, Types.dockerManifest)])
    func anIndexGivesTheImageForThisMachine(list: String, manifest: String) async throws {
        let registry = try await DockerRegistry()
        let other = try registry.push([1, 2, 3], to: "os", type: Types.disk)
        let mine = try registry.push(image, to: "os", type: Types.disk)
        let entries = try [
            registry.pushImage([other], to: "os", tag: "a", type: manifest, architecture: "s390x"),
            registry.pushImage([mine], to: "os", tag: "b", type: manifest, architecture: OCIManifest.machine),
        ]
        try registry.push(manifest: Self.index(list, entries), to: "os", tag: "1", type: list)
        #expect(try await readAll(source("oci://\(registry.host)/os:1")).bytes == image)
        try registry.push(manifest: Self.index(list, [entries[0]]), to: "os", tag: "2", type: list)
        let text = try await refusal("oci://\(registry.host)/os:2")
        #expect(text.contains("holds images for \"s390x\", and this machine is \(OCIManifest.machine)"), "\(text)")
    }

    @Test func whatIsNotThereIsSaidInTheRegistrysWords() async throws {
        let registry = try await DockerRegistry()
        let text = try await refusal("oci://\(registry.host)/no/such:1")
        #expect(
            text == "the server refuses oci://\(registry.host)/no/such:1 at http://\(registry.host): 404 Not Found "
                + "(\"MANIFEST_UNKNOWN\": \"manifest unknown\")")
    }

    @Test func severalLayersAreNoDisk() async throws {
        let registry = try await DockerRegistry()
        let layers = try [[1], [2, 3]].map { try registry.push($0, to: "web", type: Types.tar) }
        try registry.pushImage(layers, to: "web")
        let text = try await refusal("oci://\(registry.host)/web")
        #expect(
            text == "oci://\(registry.host)/web holds the root file system of a container in 2 layers, "
                + "not one layer with a disk image for this machine")
    }

    @Test func aPasswordIsSentWhereItIsAskedFor() async throws {
        let registry = try await DockerRegistry(asksForPassword: true)
        let layer = try registry.push(image, to: "os", type: Types.disk)
        try registry.pushImage([layer], to: "os")
        let reference = "oci://\(registry.host)/os"
        let file = try registry.credentialsFile()
        #expect(try await readAll(source(reference) { $0.registryCredentials = file }).bytes == image)
        #expect(
            try await refusal(reference)
                == "\(reference) cannot be read: the registry asks for a password, and there is no file with credentials"
        )
        let wrong = try registry.credentialsFile(password: "hunter2")
        let text = try await refusal(reference) { $0.registryCredentials = wrong }
        #expect(text.contains("401 Unauthorized") && !text.contains("hunter2"), "\(text)")
    }
}
