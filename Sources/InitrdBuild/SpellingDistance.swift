/// How far two names are apart: the Levenshtein distance, in insertions, deletions and replacements of bytes.
enum SpellingDistance {
    /// The nearest of several names, if one is near enough to be what was meant; the first in byte order of equals.
    static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
        let longest = max(1, name.utf8.count / 3)
        let ranked = candidates.map { (distance: distance(name, $0), name: $0) }
        return ranked.filter { $0.distance <= longest }
            .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?
            .name
    }

    static func distance(_ first: String, _ second: String) -> Int {
        var row = Array(0...second.utf8.count)
        for (line, byte) in first.utf8.enumerated() {
            var next = [line + 1]
            for (column, other) in second.utf8.enumerated() {
                let replaced = row[column] + (byte == other ? 0 : 1)
                next.append(min(replaced, row[column + 1] + 1, next[column] + 1))
            }
            row = next
        }
        return row.last ?? 0
    }
}
