import Diagnostics

/// One mirror of the image.
public enum ImageLocation: Hashable, Sendable, CustomStringConvertible {
    /// A web server.
    case http(HTTPURL)
    /// A reference in an OCI registry, without its scheme: `registry.example/images/debian:12`.
    case oci(String)
    /// An absolute path in the ramdisk.
    case file(String)

    /// The location without its secrets.
    public var description: String {
        switch self {
        case .http(let url): url.description
        case .oci(let reference): maskedURL("oci://\(reference)")
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
            let characters = "-._~:/@[]%+"
            guard let first = rest.utf8.first, isASCIIAlphanumeric(first) || first == UInt8(ascii: "["),
                rest.contains("/"),
                rest.utf8.allSatisfy({ isASCIIAlphanumeric($0) || characters.utf8.contains($0) })
            else { return nil }
            self = .oci(String(rest))
        case "file":
            guard rest.hasPrefix("/"), !rest.hasSuffix("/") else { return nil }
            self = .file(String(rest))
        default: return nil
        }
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
