/// Text from outside as it may be printed: between quotes, its control characters escaped, cut where it grows long.
public func quotedText(_ text: some StringProtocol, longest: Int = 60) -> String {
    "\"\(escapedText(text, longest: longest))\""
}

/// The same without quotes, for words that stand in a sentence of ours.
public func escapedText(_ text: some StringProtocol, longest: Int = 60) -> String {
    var escaped = ""
    for (index, scalar) in text.unicodeScalars.enumerated() {
        if index == longest { return escaped + "…" }
        switch scalar.properties.generalCategory {
        // An escape sequence or an override of the writing direction could disguise what a console shows.
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
            escaped += scalar.escaped(asASCII: true)
        default: escaped.unicodeScalars.append(scalar)
        }
    }
    return escaped
}
