/// The bytes of an annotated hexadecimal listing: `#` begins a comment up to the line's end.
func hex(_ listing: String) -> [UInt8] {
    let digits = listing.split(separator: "\n").flatMap { line in
        line.prefix { $0 != "#" }.filter { !$0.isWhitespace }
    }
    return stride(from: 0, to: digits.count - 1, by: 2).compactMap { index in
        UInt8(String(digits[index...index + 1]), radix: 16)
    }
}
