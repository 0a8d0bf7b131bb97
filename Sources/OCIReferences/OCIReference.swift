import Diagnostics
import NetworkTypes

/// What an `oci://` URL names: `oci://host[:port]/name[:tag][@sha256:…]` (OCI distribution specification 1.1, "Pulling
/// manifests").
public struct OCIReference: Sendable, Hashable, CustomStringConvertible {
    /// `host` or `host:port`, in lower case.
    public let host: String
    /// The repository's name, such as `images/debian`.
    public let repository: String
    /// The tag; `latest` when none is written.
    public let tag: String
    /// The digest of the manifest, or of the index, that it is pinned to.
    public let digest: OCIDigest?

    /// The reference as it was written.
    public let description: String

    /// The host that answers: Docker Hub's registry has another name than its references.
    public var server: String { host == "docker.io" || host == "index.docker.io" ? "registry-1.docker.io" : host }

    /// Reads what stands behind `oci://`.
    ///
    /// - Throws: `OCIReferenceError`.
    public init(_ text: Substring) throws(OCIReferenceError) {
        let url = "oci://\(text)"
        let refusal = { (reason: String) in OCIReferenceError(reference: maskedURL(url), reason: reason) }
        let slash = text.firstIndex(of: "/") ?? text.endIndex
        host = text[..<slash].lowercased()
        guard !host.contains("@") else { throw refusal("credentials do not belong into it") }
        guard slash < text.endIndex, Self.isHost(host) else {
            throw refusal("it has the form oci://HOST[:PORT]/NAME[:TAG][@sha256:DIGEST]")
        }
        var rest = text[text.index(after: slash)...]
        if let at = rest.firstIndex(of: "@") {
            guard let digest = OCIDigest(rest[rest.index(after: at)...]) else {
                throw refusal("its digest is not sha256: and 64 hexadecimal digits in lower case")
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
        guard Self.isTag(tag) else {
            throw refusal("its tag is not up to 128 letters, digits, dots, hyphens and underscores")
        }
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        guard rest.utf8.count <= 255, parts.allSatisfy(Self.isPartOfName) else {
            throw refusal(
                "the name of its repository is not lower-case letters and digits, with dots, hyphens and underscores "
                    + "between them")
        }
        let isOfficial = parts.count == 1 && ["docker.io", "index.docker.io"].contains(host)
        repository = isOfficial ? "library/\(rest)" : String(rest)
        description = url
    }

    /// A name or an address, and a port.
    private static func isHost(_ text: String) -> Bool {
        let name: Substring
        if text.first == "[", let end = text.firstIndex(of: "]") {
            guard IPv6Address(text[..<end].dropFirst()) != nil else { return false }
            name = text[...end]
        } else {
            name = text.prefix { $0 != ":" }
            guard let first = name.utf8.first, isAlphanumeric(first),
                name.utf8.allSatisfy({ isAlphanumeric($0) || "-._".utf8.contains($0) })
            else { return false }
        }
        guard name.endIndex < text.endIndex else { return true }
        let port = text[name.endIndex...]
        let digits = port.dropFirst()
        return port.first == ":" && digits.utf8.allSatisfy(isDigit) && UInt16(digits).map { $0 > 0 } ?? false
    }

    /// `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
    private static func isTag(_ text: String) -> Bool {
        guard let first = text.utf8.first else { return false }
        return text.utf8.count <= 128 && !".-".utf8.contains(first)
            && text.utf8.allSatisfy { isAlphanumeric($0) || "-._".utf8.contains($0) }
    }

    /// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`.
    private static func isPartOfName(_ part: Substring) -> Bool {
        guard let first = part.utf8.first, let last = part.utf8.last, isOfName(first), isOfName(last) else {
            return false
        }
        return part.utf8.split(whereSeparator: isOfName).allSatisfy { separator in
            [".", "_", "__"].contains(Substring(separator)) || separator.allSatisfy { $0 == UInt8(ascii: "-") }
        }
    }

    private static func isOfName(_ byte: UInt8) -> Bool { isDigit(byte) || (0x61...0x7a).contains(byte) }
    private static func isAlphanumeric(_ byte: UInt8) -> Bool { isOfName(byte) || (0x41...0x5a).contains(byte) }
    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
