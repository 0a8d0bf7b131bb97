import Diagnostics
import OCIReferences

/// One mirror of the image.
public enum ImageLocation: Hashable, Sendable, CustomStringConvertible {
    /// A web server.
    case http(HTTPURL)
    /// An image in an OCI registry.
    case oci(OCIReference)
    /// An absolute path in the ramdisk.
    case file(String)

    /// The location without its secrets.
    public var description: String {
        switch self {
        case .http(let url): url.description
        case .oci(let reference): reference.description
        case .file(let path): "file://\(path)"
        }
    }

    /// Reads `http://…`, `https://…`, `oci://…` or `file:///…`.
    public init?(_ text: some StringProtocol) {
        guard let mark = text.firstRange(of: "://") else { return nil }
        let rest = text[mark.upperBound...]
        switch text[..<mark.lowerBound].lowercased() {
        case "http", "https":
            guard let url = HTTPURL(String(text)) else { return nil }
            self = .http(url)
        case "oci":
            guard let reference = try? Self.reference(Substring(rest)) else { return nil }
            self = .oci(reference)
        case "file":
            guard rest.hasPrefix("/"), !rest.hasSuffix("/") else { return nil }
            self = .file(String(rest))
        default: return nil
        }
    }

    /// What is allowed instead of a text in which some mirror is not: what is wrong with each reference in a registry, or,
    /// where that is not it, what mirrors look like.
    static func allowed(insteadOf text: String) -> String {
        let reasons = split(text).compactMap { piece -> String? in
            guard let mark = piece.firstRange(of: "://"), piece[..<mark.lowerBound].lowercased() == "oci" else {
                return nil
            }
            do throws(OCIReferenceError) {
                _ = try reference(piece[mark.upperBound...])
                return nil
            } catch {
                return error.description
            }
        }
        return reasons.isEmpty
            ? "it must be URLs that begin with http://, https://, oci:// or file:///"
            : reasons.joined(separator: "; ")
    }

    /// A registry is asked by https, so its host must be one of such a URL.
    private static func reference(_ text: Substring) throws(OCIReferenceError) -> OCIReference {
        let reference = try OCIReference(text)
        guard HTTPURL("https://\(reference.host)") != nil else {
            throw OCIReferenceError(
                reference: reference.description, reason: "its host is neither a name nor an address")
        }
        return reference
    }

    /// The texts of several mirrors: split at blanks, and at commas that a scheme follows; other commas belong to a URL.
    static func split(_ text: String) -> [Substring] {
        var pieces: [Substring] = []
        for word in text.split(whereSeparator: { " \t".contains($0) }) {
            var rest = word
            while let comma = rest.indices.first(where: { rest[$0] == "," && startsWithScheme(rest[$0...].dropFirst()) }
            ) {
                pieces.append(rest[..<comma])
                rest = rest[rest.index(after: comma)...]
            }
            pieces.append(rest)
        }
        // "a, b": the comma stands before the blank at which the two were split.
        let last = pieces.count - 1
        return pieces.enumerated().map {
            $0.offset < last && $0.element.last == "," ? $0.element.dropLast() : $0.element
        }
        .filter { !$0.isEmpty }
    }

    private static func startsWithScheme(_ text: Substring) -> Bool {
        let start = text.prefix(8).lowercased()
        return ["http://", "https://", "oci://", "file://"].contains { start.hasPrefix($0) }
    }
}
