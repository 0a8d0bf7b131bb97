/// Whether a signature is over a list of check sums rather than over the image: by its location, which is then that of the
/// list and one of the usual suffixes more.
public enum SignedList {
    private static let suffixes = [".sig", ".asc", ".gpg", ".sign", ".minisig"]

    /// - Parameters:
    ///   - signature: its location, a URL or a path. Queries do not count.
    ///   - list: the list's.
    public static func isSigned(by signature: String, list: String) -> Bool {
        suffixes.contains { bare(list) + $0 == bare(signature) }
    }

    private static func bare(_ location: String) -> String {
        location.contains("://") ? String(location.prefix { $0 != "?" && $0 != "#" }) : location
    }
}
