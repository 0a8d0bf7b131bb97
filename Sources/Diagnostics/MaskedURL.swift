/// A URL as it may be printed: user information and the values of its query replaced by the mask (RFC 3986 3.2.1, 3.4).
///
/// Works on any text: what is no URL is returned unchanged but for such parts.
public func maskedURL(_ url: String) -> String {
    var rest = url[...]
    var masked = ""
    if let scheme = rest.firstRange(of: "://") {
        masked += rest[..<scheme.upperBound]
        rest = rest[scheme.upperBound...]
        let authority = rest.prefix { !"/?#".contains($0) }
        if let at = authority.lastIndex(of: "@") {
            masked += secretMask + "@"
            rest = rest[rest.index(after: at)...]
        }
    }
    guard let question = rest.firstIndex(of: "?") else { return masked + rest }
    masked += rest[...question]
    let query = rest[rest.index(after: question)...]
    masked += query.split(separator: "&", omittingEmptySubsequences: false).map { field in
        guard let equals = field.firstIndex(of: "=") else { return field.isEmpty ? "" : secretMask }
        return field[...equals] + secretMask
    }.joined(separator: "&")
    return masked
}
