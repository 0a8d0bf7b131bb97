import Diagnostics

/// What an `oci://` URL names: `oci://host[:port]/name[:tag][@sha256:…]` (OCI distribution specification, "Pulling
/// manifests").
public struct OCIReference: Sendable, Equatable, CustomStringConvertible {
    /// `host` or `host:port`, in lower case.
    let host: String
    /// The repository's name, such as `images/debian`.
    let repository: String
    /// The tag; `latest` when none is written.
    let tag: String
    /// The digest of the manifest, or of the index, that it is pinned to.
    let digest: OCIDigest?

    /// The reference as it was written.
    public let description: String

    /// The last part of the manifest's path.
    var manifest: String { digest?.description ?? tag }

    /// The host that answers: Docker Hub's registry has another name than its references.
    var server: String { host == "docker.io" || host == "index.docker.io" ? "registry-1.docker.io" : host }

    /// Reads what stands behind `oci://`.
    ///
    /// - Throws: `ImageSourceError.invalidLocation`.
    init(_ text: Substring) throws(ImageSourceError) {
        let url = "oci://\(text)"
        let slash = text.firstIndex(of: "/") ?? text.endIndex
        host = text[..<slash].lowercased()
        guard !host.contains("@") else {
            throw .invalidLocation(maskedURL(url), reason: "credentials do not belong into it")
        }
        guard slash < text.endIndex, !host.isEmpty, host.utf8.allSatisfy(Self.isOfHost) else {
            throw .invalidLocation(
                maskedURL(url), reason: "it has the form oci://HOST[:PORT]/NAME[:TAG][@sha256:DIGEST]")
        }
        var rest = text[text.index(after: slash)...]
        if let at = rest.firstIndex(of: "@") {
            guard let digest = OCIDigest(rest[rest.index(after: at)...]) else {
                throw .invalidLocation(url, reason: "its digest is not sha256: and 64 hexadecimal digits in lower case")
            }
            self.digest = digest
            rest = rest[..<at]
        } else {
            digest = nil
        }
        if let colon = rest.firstIndex(of: ":") {
            tag = String(rest[rest.index(after: colon)...])
            rest = rest[..<colon]
        } else {
            tag = "latest"
        }
        guard (1...128).contains(tag.utf8.count), tag.utf8.allSatisfy(Self.isOfTag),
            tag.first.map({ !".-".contains($0) }) ?? false
        else { throw .invalidLocation(url, reason: "its tag is not letters, digits, dots, hyphens and underscores") }
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        guard rest.utf8.count <= 255, parts.allSatisfy(Self.isPartOfName) else {
            throw .invalidLocation(
                url,
                reason: "the name of its repository is not lower-case letters, digits, dots, hyphens and underscores")
        }
        let isOfficial = parts.count == 1 && ["docker.io", "index.docker.io"].contains(host)
        repository = isOfficial ? "library/\(rest)" : String(rest)
        description = url
    }

    private static func isOfHost(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || "-._:[]".utf8.contains(byte) }
    private static func isOfTag(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || "-._".utf8.contains(byte) }

    private static func isPartOfName(_ part: Substring) -> Bool {
        guard let first = part.utf8.first, let last = part.utf8.last else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && part.utf8.allSatisfy { isOfTag($0) && !(0x41...0x5a).contains($0) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
    }
}
