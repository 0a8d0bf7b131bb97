/// How far two names are apart: insertions, deletions and replacements of bytes, and exchanges of neighbours (the
/// Damerau-Levenshtein distance of strings aligned once).
public enum SpellingDistance {
    /// Longer names are no slip of the pen, and comparing them takes the product of their lengths.
    private static let longestName = 64

    /// The nearest of several names, if one is near enough to be what was meant; the first in byte order of equals.
    public static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
        guard name.utf8.count <= longestName else { return nil }
        let longest = max(1, name.utf8.count / 3)
        let ranked = candidates.map { (distance: distance(name, $0), name: $0) }
        return ranked.filter { $0.distance <= longest }
            .min { ($0.distance, $0.name) < ($1.distance, $1.name) }?
            .name
    }

    static func distance(_ first: String, _ second: String) -> Int {
        let (left, right) = (Array(first.utf8), Array(second.utf8))
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for (row, a) in left.enumerated() {
            var current = [row + 1]
            for (column, b) in right.enumerated() {
                var cost = min(previous[column] + (a == b ? 0 : 1), previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, a == right[column - 1], left[row - 1] == b {
                    cost = min(cost, beforePrevious[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous.last ?? 0
    }
}
