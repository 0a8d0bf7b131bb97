/// The name of a machine or of a check-in: letters, digits, `.`, `_`, `-`, beginning with a letter or digit.
///
/// Names become file names: nothing else gets that far.
struct MachineIdentifier: Hashable, Sendable, Comparable, CustomStringConvertible {
    let description: String

    init?(_ text: some StringProtocol) {
        let bytes = text.utf8
        guard (1...128).contains(bytes.count), let first = bytes.first, Self.isAlphanumeric(first),
            bytes.allSatisfy({ Self.isAlphanumeric($0) || "._-".utf8.contains($0) })
        else { return nil }
        description = String(text)
    }

    static func < (left: Self, right: Self) -> Bool { left.description < right.description }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
