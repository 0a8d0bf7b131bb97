import Diagnostics
import YAML

/// One mapping of a file. Its keys are taken one by one; what nobody took is unknown.
struct NetplanMapping {
    /// The line on which it begins.
    let line: Int
    /// Where problems and warnings go.
    let findings: NetplanFindings
    private let entries: [YAMLEntry]
    private let indices: [String: Int]
    /// The keys that were asked for: those that are known here.
    private var known: Set<String> = []

    /// A mapping; `nil`, and a problem, when the value is none.
    init?(_ node: YAMLNode, called name: String, _ findings: NetplanFindings) {
        let entries = findings.value(node, name, mustBe: "a mapping of keys to values (check the indentation)") {
            $0.mapping
        }
        guard let entries else { return nil }
        self.entries = entries
        self.findings = findings
        line = node.line
        indices = Dictionary(entries.enumerated().map { ($1.key, $0) }) { first, _ in first }
    }

    /// Whether it has no keys.
    var isEmpty: Bool { entries.isEmpty }

    /// Whether a key is there.
    func has(_ key: String) -> Bool { indices[key] != nil }

    /// The entry of a key, which is known from now on.
    mutating func take(_ key: String) -> YAMLEntry? {
        known.insert(key)
        return indices[key].map { entries[$0] }
    }

    /// The entry of a key that had another name before.
    mutating func take(_ key: String, formerly old: [String]) -> YAMLEntry? {
        let entries = ([key] + old).compactMap { take($0) }
        for other in entries.dropFirst() {
            findings.problem(other.line, "\(other.key) is the same as \(entries[0].key) on line \(entries[0].line)")
        }
        return entries.first
    }

    /// All entries, whose keys are names that the file's author chose.
    mutating func takeAll() -> [YAMLEntry] {
        known.formUnion(indices.keys)
        return entries
    }

    /// Takes keys that have nothing to say to the agent.
    mutating func ignore(_ keys: String...) {
        known.formUnion(keys)
    }

    /// Takes keys that ask for something that the agent cannot do.
    mutating func leaveOut(_ keys: String...) {
        for key in keys {
            guard let entry = take(key) else { continue }
            findings.warn(entry.line, "\(key) is not supported and has no effect")
        }
    }

    /// Warns of the keys that nobody took.
    consuming func finish() {
        for entry in entries where !known.contains(entry.key) {
            let nearest = SpellingDistance.nearest(to: entry.key, among: known).map { " (did you mean \($0)?)" }
            findings.warn(entry.line, "unknown key \(quotedText(entry.key))\(nearest ?? "")")
        }
    }
}
