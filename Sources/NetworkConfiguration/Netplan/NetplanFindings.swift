import Diagnostics
import YAML

/// What is found while one file is read, by all who read a part of it.
final class NetplanFindings {
    /// A file with more than that is told only so many: nobody reads on.
    private static let most = 50

    private let path: String
    private var problemsByLine: [(line: Int, text: String)] = []
    private var warningsByLine: [(line: Int, text: String)] = []

    init(path: String) {
        self.path = path
    }

    /// Something that makes the file unusable.
    func problem(_ line: Int, _ text: String) {
        problemsByLine.append((line, "line \(line): \(text)"))
    }

    /// Something that is left out, or doubtful.
    func warn(_ line: Int, _ text: String) {
        warningsByLine.append((line, "\(path):\(line): \(text)"))
    }

    /// How many problems there are so far.
    var problemCount: Int { problemsByLine.count }
    /// The problems in the order of the file.
    var problems: [String] { Self.listed(problemsByLine) }
    /// The warnings in the order of the file.
    var warnings: [String] { Self.listed(warningsByLine) }

    private static func listed(_ findings: [(line: Int, text: String)]) -> [String] {
        let sorted = findings.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }
        let shown = sorted.prefix(most).map(\.element.text)
        return findings.count > most ? shown + ["\(findings.count - most) more are left out"] : shown
    }

    /// A value that must be of some kind; anything else is a problem.
    ///
    /// - Parameters:
    ///   - name: the value's key.
    ///   - allowed: what it must be, such as "true or false".
    func value<Value>(
        _ node: YAMLNode, _ name: String, mustBe allowed: String, _ read: (YAMLNode) -> Value?
    ) -> Value? {
        if let value = read(node) { return value }
        problem(node.line, "\(name) is \(Self.shown(node)), but must be \(allowed)")
        return nil
    }

    private static func shown(_ node: YAMLNode) -> String {
        switch node.content {
        case .scalar(let scalar): scalar.isNull ? "empty" : quotedText(scalar.text)
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}
