import Diagnostics

/// Takes typed values out of assignments and collects what is wrong with them.
///
/// An empty value counts as not given: whoever renders a template leaves keys empty.
struct VarsReader {
    private let assignments: [VarsKey: Assignment]
    private(set) var problems: [VarsProblem] = []

    init(_ assignments: [VarsKey: Assignment]) {
        self.assignments = assignments.filter { !$0.value.value.isEmpty }
    }

    /// The line that gives a key a value.
    func given(_ key: VarsKey) -> Assignment? { assignments[key] }

    /// Says that a key's value is wrong, and what is allowed instead.
    mutating func reject(_ key: VarsKey, allowed: String) {
        let shown = given(key).map { printable($0.value, of: key) } ?? ""
        problems.append(
            VarsProblem(line: given(key)?.line, key: key, reason: "\(key.rawValue)\(shown) is invalid: \(allowed)"))
    }

    /// Says something else that is wrong with a key.
    mutating func fail(_ key: VarsKey, _ reason: String) {
        problems.append(VarsProblem(line: given(key)?.line, key: key, reason: reason))
    }

    /// A value converted; `nil` when the key is not given or, with a problem noted, when the conversion refuses it.
    mutating func value<Value>(_ key: VarsKey, allowed: String, _ convert: (String) -> Value?) -> Value? {
        guard let assignment = given(key) else { return nil }
        guard !assignment.value.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\t" || $0.value == 0x7f })
        else {
            fail(key, "\(key.rawValue) holds a control character")
            return nil
        }
        guard let value = convert(assignment.value) else {
            reject(key, allowed: allowed)
            return nil
        }
        return value
    }

    /// Any text.
    mutating func text(_ key: VarsKey) -> String? {
        value(key, allowed: "it must be text") { $0 }
    }

    /// true, yes, 1 or false, no, 0, in any case.
    mutating func boolean(_ key: VarsKey, default standard: Bool) -> Bool {
        value(key, allowed: "it must be true or false") { text -> Bool? in
            switch text.lowercased() {
            case "true", "yes", "1": true
            case "false", "no", "0": false
            default: nil
            }
        } ?? standard
    }

    /// A whole number in decimal digits.
    mutating func number(_ key: VarsKey, in range: ClosedRange<Int>, unit: String = "") -> Int? {
        let kind = unit.isEmpty ? "a whole number" : "a whole number of \(unit)"
        return value(key, allowed: "it must be \(kind) from \(range.lowerBound) to \(range.upperBound)") {
            wholeNumber($0, in: range)
        }
    }

    /// One of some words, in any case.
    mutating func choice<Choice: CaseIterable & RawRepresentable<String>>(
        _ key: VarsKey, default standard: Choice
    ) -> Choice {
        let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return value(key, allowed: "it must be one of \(words)") { text in
            Choice.allCases.first { $0.rawValue == text.lowercased() }
        } ?? standard
    }

    /// An http or https URL.
    mutating func url(_ key: VarsKey) -> HTTPURL? {
        value(key, allowed: "it must be an http:// or https:// URL with a host and without blanks or \"#\"") {
            HTTPURL($0)
        }
    }

    /// Words separated by commas or blanks, each converted; all of them must be good.
    mutating func list<Value>(_ key: VarsKey, allowed: String, _ convert: (Substring) -> Value?) -> [Value] {
        value(key, allowed: allowed) { text -> [Value]? in
            let words = text.split(whereSeparator: { ", \t".contains($0) })
            let values = words.compactMap(convert)
            return values.count == words.count && !words.isEmpty ? values : nil
        } ?? []
    }

    /// `=value` as an error may show it; empty for what is or may hold a secret.
    private func printable(_ value: String, of key: VarsKey) -> String {
        guard !key.isSecret, !(key.holdsURLs && value.contains(where: { "@?".contains($0) })) else { return "" }
        return value.count > 120 ? "=\(value.prefix(120))…" : "=\(value)"
    }
}

/// Decimal digits only, no sign, within a range.
func wholeNumber(_ text: some StringProtocol, in range: ClosedRange<Int>) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy(isDigit), let number = Int(text), range.contains(number) else {
        return nil
    }
    return number
}

/// A UUID or GUID in its text form, in lower case; `nil` for anything else.
func canonicalUUID(_ text: some StringProtocol) -> String? {
    let groups = text.split(separator: "-", omittingEmptySubsequences: false)
    guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12], groups.joined().utf8.allSatisfy(isHexDigit) else { return nil }
    return text.lowercased()
}
