import Diagnostics

/// Why a list does not give an image's check sum.
public enum ChecksumListError: ExplainedError, Equatable {
    /// No line is about the image.
    case notListed(String, wanted: [String], listed: [String])
    /// Several lines are about it, with different check sums.
    case ambiguous(String, names: [String], lines: Int)
    /// A mirror's location has no file name to look for.
    case namelessImage(String)

    /// One sentence without a final full stop.
    public var description: String {
        switch self {
        case .notListed(let list, let wanted, let listed):
            "\(list) has no SHA-256 or SHA-512 check sum of \(Self.names(wanted, last: "or")): "
                + (listed.isEmpty ? "it has none at all" : "it names \(Self.names(listed, last: "and"))")
        case .ambiguous(let list, let names, let lines):
            "\(list) has \(lines) different check sums of \(Self.names(names, last: "or"))"
        case .namelessImage(let image): "\(image) has no file name that a list of check sums could name"
        }
    }

    /// What to try.
    public var advice: String {
        switch self {
        case .notListed(_, _, let listed):
            listed.isEmpty
                ? "check that the URL is that of a SHA256SUMS or SHA512SUMS file"
                : "check that list and image are of the same release, or give the check sum itself"
        case .ambiguous, .namelessImage: "give the check sum itself"
        }
    }

    /// So many names are shown at most.
    private static let mostNames = 8

    private static func names(_ all: [String], last: String) -> String {
        var shown = all.prefix(mostNames).map { quotedText($0) }
        if all.count > mostNames { shown.append("\(all.count - mostNames) more") }
        guard shown.count > 1, let end = shown.popLast() else { return shown.first ?? "" }
        return "\(shown.joined(separator: ", ")) \(last) \(end)"
    }
}
