/// The `default` setting of systemd-boot's `loader.conf`: a pattern over entry identifiers with `*` and `?`.
struct LoaderPattern {
    private let pattern: [Character]

    /// `nil` when the configuration has no `default`, or one that stands for what a person chose (`@saved`).
    init?(loaderConfiguration text: String) {
        var found: Substring?
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.count >= 2, words[0] == "default" { found = words[1] }
        }
        guard let found, !found.hasPrefix("@") else { return nil }
        pattern = Array(found.hasSuffix(".conf") ? found.dropLast(5) : found)
    }

    /// Whether an identifier fits. Takes at most its length times the pattern's.
    func matches(_ identifier: String) -> Bool {
        let text = Array(identifier)
        var place = 0
        var index = 0
        var retry: (pattern: Int, text: Int)?
        while index < text.count {
            if place < pattern.count, pattern[place] == "*" {
                retry = (place, index)
                place += 1
            } else if place < pattern.count, pattern[place] == "?" || pattern[place] == text[index] {
                place += 1
                index += 1
            } else if let again = retry {
                retry = (again.pattern, again.text + 1)
                place = again.pattern + 1
                index = again.text + 1
            } else {
                return false
            }
        }
        return pattern[min(place, pattern.count)...].allSatisfy { $0 == "*" }
    }
}
