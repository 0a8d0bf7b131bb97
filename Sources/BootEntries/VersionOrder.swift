/// The order of versions: the UAPI Group's Version Format Specification (UAPI.10), as boot loaders sort kernels by it.
public enum VersionOrder {
    /// Less than zero when the left version is older, greater than zero when it is newer, zero when they are equal.
    public static func compare(_ left: String, _ right: String) -> Int {
        var left = Array(left.utf8)[...]
        var right = Array(right.utf8)[...]
        while true {
            left = left.drop { !isMeaningful($0) }
            right = right.drop { !isMeaningful($0) }
            // A pre-release is older than its release, even than its end.
            if let order = separator("~", &left, &right) { return order }
            if left.isEmpty || right.isEmpty { return left.count.signum() - right.count.signum() }
            if let order = separator("-", &left, &right) { return order }
            if let order = separator("^", &left, &right) { return order }
            if let order = separator(".", &left, &right) { return order }
            let numeric = isDigit(left.first) || isDigit(right.first)
            let order = numeric ? numbers(&left, &right) : letters(&left, &right)
            if order != 0 { return order }
        }
    }

    /// The one that has the separator where the other has not is the older; where both have it, it is passed over.
    private static func separator(
        _ character: Unicode.Scalar, _ left: inout ArraySlice<UInt8>, _ right: inout ArraySlice<UInt8>
    ) -> Int? {
        let byte = UInt8(ascii: character)
        while left.first == byte, right.first == byte {
            left = left.dropFirst()
            right = right.dropFirst()
        }
        if left.first == byte { return -1 }
        return right.first == byte ? 1 : nil
    }

    private static func numbers(_ left: inout ArraySlice<UInt8>, _ right: inout ArraySlice<UInt8>) -> Int {
        let one = take(&left, while: isDigit).drop { $0 == UInt8(ascii: "0") }
        let other = take(&right, while: isDigit).drop { $0 == UInt8(ascii: "0") }
        if one.count != other.count { return (one.count - other.count).signum() }
        return order(one, other)
    }

    private static func letters(_ left: inout ArraySlice<UInt8>, _ right: inout ArraySlice<UInt8>) -> Int {
        let one = take(&left, while: isLetter)
        let other = take(&right, while: isLetter)
        return order(one, other)
    }

    private static func order(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Int {
        if left.elementsEqual(right) { return 0 }
        return left.lexicographicallyPrecedes(right) ? -1 : 1
    }

    private static func take(_ rest: inout ArraySlice<UInt8>, while test: (UInt8?) -> Bool) -> ArraySlice<UInt8> {
        let run = rest.prefix { test($0) }
        rest = rest.dropFirst(run.count)
        return run
    }

    private static func isDigit(_ byte: UInt8?) -> Bool {
        guard let byte else { return false }
        return (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isLetter(_ byte: UInt8?) -> Bool {
        guard let byte else { return false }
        return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static func isMeaningful(_ byte: UInt8) -> Bool {
        isDigit(byte) || isLetter(byte) || "-.~^".utf8.contains(byte)
    }
}
