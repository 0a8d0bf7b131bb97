/// One pattern of modules.alias: a shell wildcard as fnmatch(3) without flags has it: `*`, `?`, `[a-f0-9]`, `[!x]`.
///
/// Dashes and underscores are the same outside brackets, as modprobe(8) treats them.
public struct AliasPattern: Equatable, Sendable {
    private let bytes: [UInt8]

    /// A pattern as it stands in modules.alias.
    public init(_ pattern: some Sequence<UInt8>) {
        bytes = Self.normalized(pattern)
    }

    /// A pattern as text.
    public init(_ pattern: String) {
        self.init(pattern.utf8)
    }

    /// The bus of a modalias: what stands before its first colon. `nil` for a pattern with a wildcard before that.
    var bus: ArraySlice<UInt8>? {
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let bus = bytes[..<colon]
        return bus.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[") }
            ? nil : bus
    }

    /// Turns `-` into `_` outside brackets.
    static func normalized(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var insideBrackets = false
        return bytes.map { byte in
            switch byte {
            case UInt8(ascii: "["): insideBrackets = true
            case UInt8(ascii: "]"): insideBrackets = false
            case UInt8(ascii: "-") where !insideBrackets: return UInt8(ascii: "_")
            default: break
            }
            return byte
        }
    }

    /// Whether the pattern matches the whole of a modalias.
    public func matches(_ modalias: String) -> Bool {
        matches(normalized: Self.normalized(modalias.utf8))
    }

    /// Whether the pattern matches the whole of a modalias whose dashes are underscores already.
    func matches(normalized subject: [UInt8]) -> Bool {
        var pattern = bytes[...]
        var rest = subject[...]
        var retry: (pattern: ArraySlice<UInt8>, rest: ArraySlice<UInt8>)?
        while true {
            if pattern.first == UInt8(ascii: "*") {
                pattern = pattern.dropFirst()
                if pattern.isEmpty { return true }
                retry = (pattern, rest)
                continue
            }
            if pattern.isEmpty, rest.isEmpty { return true }
            if let byte = rest.first, let next = Self.consume(byte, by: pattern) {
                pattern = next
                rest = rest.dropFirst()
                continue
            }
            guard let last = retry, !last.rest.isEmpty else { return false }
            rest = last.rest.dropFirst()
            pattern = last.pattern
            retry = (pattern, rest)
        }
    }

    /// What is left of the pattern when its first element accepts the byte, else `nil`.
    private static func consume(_ byte: UInt8, by pattern: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let head = pattern.first else { return nil }
        switch head {
        case UInt8(ascii: "?"): return pattern.dropFirst()
        case UInt8(ascii: "["):
            guard let end = pattern.dropFirst(2).firstIndex(of: UInt8(ascii: "]")) else {
                return byte == head ? pattern.dropFirst() : nil
            }
            let set = pattern[..<end].dropFirst()
            return contains(byte, in: set) ? pattern[end...].dropFirst() : nil
        default: return byte == head ? pattern.dropFirst() : nil
        }
    }

    private static func contains(_ byte: UInt8, in set: ArraySlice<UInt8>) -> Bool {
        var set = set
        let isNegated = set.first == UInt8(ascii: "!") || set.first == UInt8(ascii: "^")
        if isNegated { set = set.dropFirst() }
        var isFound = false
        while let low = set.popFirst() {
            if set.first == UInt8(ascii: "-"), let high = set.dropFirst().first {
                set = set.dropFirst(2)
                if low <= byte, byte <= high { isFound = true }
            } else if low == byte {
                isFound = true
            }
        }
        return isFound != isNegated
    }
}
