import Diagnostics
import FoundationEssentials
import OCIReferences

/// A manifest or an index of manifests (OCI image specification, "Image Manifest" and "Image Index"; Docker image manifest
/// version 2, schema 2).
struct OCIManifest: Decodable, Sendable {
    /// What a manifest refers to by digest.
    struct Descriptor: Decodable, Sendable {
        let mediaType: String?
        let digest: String
        let size: UInt64
        let platform: Platform?
    }

    /// The machine that an entry of an index is for.
    struct Platform: Decodable, Sendable {
        let architecture: String?
        let os: String?
    }

    private let schemaVersion: Int?
    private let mediaType: String?
    private let manifests: [Descriptor]?
    private let layers: [Descriptor]?

    /// The greatest manifest that is read, in bytes: what the specification lets a registry refuse beyond.
    static let limit = 4 << 20
    /// The types to ask a registry for.
    static let mediaTypes = [
        "application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    ]
    /// This machine, as an index names it (Go's GOARCH).
    static var machine: String {
        #if arch(x86_64)
            "amd64"
        #elseif arch(arm64)
            "arm64"
        #else
            "unknown"
        #endif
    }

    /// Reads a manifest.
    ///
    /// - Parameters:
    ///   - contentType: what the registry says it is.
    ///   - name: the reference, for errors.
    /// - Throws: `ImageSourceError.noDiskImage` for what is no manifest of version 2.
    init(_ bytes: [UInt8], contentType: String?, name: String) throws(ImageSourceError) {
        let type = contentType.map { quotedText($0) } ?? "no type"
        guard let read = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else {
            throw .noDiskImage(name, holds: "something of the type \(type) that is no manifest")
        }
        let given = read.mediaType ?? read.layers.map { _ in Self.mediaTypes[0] } ?? Self.mediaTypes[1]
        guard read.schemaVersion == 2, (read.manifests == nil) != (read.layers == nil),
            Self.mediaTypes.contains(given)
        else {
            throw .noDiskImage(name, holds: "a manifest of the type \(read.mediaType.map { quotedText($0) } ?? type)")
        }
        self = read
    }

    /// The digest of the manifest in an index to go on with; `nil` when this is a manifest itself.
    ///
    /// - Throws: `ImageSourceError.noDiskImage` when there is none for this machine, or more than one.
    func next(for machine: String, name: String) throws(ImageSourceError) -> OCIDigest? {
        guard let manifests else { return nil }
        // An entry for no platform in particular, alone, is for all of them.
        let all = manifests.count == 1 && manifests.first?.platform?.architecture == nil
        var fitting = manifests.filter { all || $0.platform?.architecture == machine }
        if fitting.count > 1 { fitting = fitting.filter { $0.platform?.os == "linux" } }
        guard let only = fitting.first, fitting.count == 1 else {
            let names = Set(manifests.compactMap { $0.platform?.architecture }.filter { $0 != "unknown" }).sorted()
            let listed = names.isEmpty ? "nothing" : names.prefix(20).map { quotedText($0) }.joined(separator: ", ")
            throw .noDiskImage(
                name,
                holds: fitting.isEmpty
                    ? "images for \(listed), and this machine is \(machine)" : "several images for \(machine)")
        }
        return try digest(of: only, name)
    }

    /// The one layer.
    ///
    /// - Throws: `ImageSourceError.noDiskImage` when there is none, or more than one.
    func layer(name: String) throws(ImageSourceError) -> OCILayer {
        let layers = layers ?? []
        guard let only = layers.first, layers.count == 1 else {
            throw .noDiskImage(name, holds: Self.contents(layers))
        }
        guard only.size > 0 else { throw .noDiskImage(name, holds: "an empty layer") }
        return OCILayer(digest: try digest(of: only, name), size: only.size)
    }

    private func digest(of descriptor: Descriptor, _ name: String) throws(ImageSourceError) -> OCIDigest {
        guard let digest = OCIDigest(descriptor.digest) else {
            throw .noDiskImage(name, holds: "the digest \(quotedText(descriptor.digest)), which is not of SHA-256,")
        }
        return digest
    }

    private static func contents(_ layers: [Descriptor]) -> String {
        guard !layers.isEmpty else { return "no layer" }
        let types = layers.map { $0.mediaType ?? "" }
        if types.allSatisfy({ $0.contains(".tar") }) {
            return "the root file system of a container in \(layers.count) layers"
        }
        return "\(layers.count) layers, of the types "
            + Set(types).sorted().prefix(5).map { quotedText($0) }.joined(separator: ", ")
    }
}
