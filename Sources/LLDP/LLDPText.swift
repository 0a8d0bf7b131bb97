/// Text from a switch as it may stand on a console: UTF-8 with what is none replaced, and a single blank for every run of
/// blanks, control characters (system descriptions have several lines) and marks that turn the writing direction.
///
/// - Returns: `nil` when nothing is left.
func printableText(_ bytes: some Collection<UInt8>) -> String? {
    var text = ""
    var isBlankDue = false
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator:
            isBlankDue = !text.isEmpty
        default:
            if isBlankDue { text.append(" ") }
            isBlankDue = false
            text.unicodeScalars.append(scalar)
        }
    }
    return text.isEmpty ? nil : text
}

/// Octets in lower-case hexadecimal with colons.
func hexadecimalText(_ octets: some Collection<UInt8>) -> String {
    octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
}
