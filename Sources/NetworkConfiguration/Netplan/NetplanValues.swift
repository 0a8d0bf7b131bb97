import Diagnostics
import NetworkTypes
import YAML

extension NetplanMapping {
    /// A value that must be of some kind; `nil` when the key is not there, or with a problem.
    mutating func value<Value>(
        _ key: String, formerly old: [String] = [], mustBe allowed: String, _ read: (YAMLNode) -> Value?
    ) -> Value? {
        guard let entry = take(key, formerly: old) else { return nil }
        return findings.value(entry.value, entry.key, mustBe: allowed, read)
    }

    /// True or false.
    mutating func bool(_ key: String, formerly old: String...) -> Bool? {
        value(key, formerly: old, mustBe: "true or false", \.bool)
    }

    /// A number.
    mutating func integer<Number: FixedWidthInteger>(
        _ key: String, formerly old: String..., in range: ClosedRange<Number>
    ) -> Number? {
        value(
            key, formerly: old, mustBe: "a whole number from \(range.lowerBound) to \(range.upperBound)"
        ) { node in
            node.integer(Number.self).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// One of several words.
    mutating func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, _ type: Choice.Type = Choice.self)
        -> Choice? where Choice.RawValue == String
    {
        value(key, mustBe: Self.alternatives(Choice.allCases.map(\.rawValue))) { node in
            node.string.flatMap { Choice(rawValue: $0) }
        }
    }

    /// One of several words with what each stands for.
    mutating func choice<Choice>(_ key: String, among words: KeyValuePairs<String, Choice>) -> Choice? {
        value(key, mustBe: Self.alternatives(words.map(\.key))) { node in
            words.first { $0.key == node.string }?.value
        }
    }

    static func alternatives(_ words: [String]) -> String {
        words.count > 1 ? words.dropLast().joined(separator: ", ") + " or " + words[words.count - 1] : words.joined()
    }

    /// A name, or a pattern of names.
    mutating func name(_ key: String, mustBe allowed: String) -> String? {
        value(key, mustBe: allowed, Self.name)
    }

    static func name(_ node: YAMLNode) -> String? {
        node.string.flatMap { isName($0) ? $0 : nil }
    }

    /// Whether a text can be a name that messages show as it is: short, and nothing in it that needs escaping.
    static func isName(_ text: String) -> Bool {
        !text.isEmpty && quotedText(text) == "\"\(text)\""
    }

    /// An address of either protocol.
    mutating func address(_ key: String) -> IPAddress? {
        value(key, mustBe: "an IP address") { $0.string.flatMap { IPAddress($0) } }
    }

    /// A MAC address.
    mutating func mac(_ key: String) -> MACAddress? {
        value(key, mustBe: "a MAC address such as 52:54:00:12:34:56") { $0.string.flatMap { MACAddress($0) } }
    }

    /// The items of a list, each read on its own.
    mutating func list<Item>(_ key: String, mustBe allowed: String, _ read: (YAMLNode) -> Item?) -> [Item] {
        let items = value(key, mustBe: "a list", \.sequence) ?? []
        return items.compactMap { findings.value($0, "an item of \(key)", mustBe: allowed, read) }
    }

    /// A mapping.
    mutating func mapping(_ key: String) -> NetplanMapping? {
        take(key).flatMap { NetplanMapping($0.value, called: key, findings) }
    }

    /// Milliseconds; a time without a unit is in the bonding driver's own.
    mutating func milliseconds(_ key: String) -> UInt32? {
        value(key, mustBe: "a time such as 100 (ms), 100ms or 2s") { node in
            node.string.flatMap { Self.milliseconds($0, unit: 1) }
        }
    }

    /// Seconds; a time without a unit is in seconds.
    mutating func seconds(_ key: String, formerly old: String...) -> UInt32? {
        value(key, formerly: old, mustBe: "a time in whole seconds such as 15, 15s or 15000ms") { node in
            node.string.flatMap { Self.milliseconds($0, unit: 1000) }.flatMap { $0 % 1000 == 0 ? $0 / 1000 : nil }
        }
    }

    private static func milliseconds(_ text: String, unit: UInt32) -> UInt32? {
        let digits = text.prefix { ("0"..."9").contains($0) }
        let factor: UInt32? =
            switch text[digits.endIndex...] {
            case "": unit
            case "ms": 1
            case "s": 1000
            default: nil
            }
        guard let factor, let number = UInt32(digits) else { return nil }
        let (product, isTooLarge) = number.multipliedReportingOverflow(by: factor)
        return isTooLarge ? nil : product
    }
}
