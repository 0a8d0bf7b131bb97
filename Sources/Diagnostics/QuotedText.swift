/// Text from outside as it may be printed: between quotes, its control characters escaped, cut where it grows long.
public func quotedText(_ text: some StringProtocol, longest: Int = 60) -> String {
    var quoted = "\""
    for (index, scalar) in text.unicodeScalars.enumerated() {
        if index == longest { return quoted + "…\"" }
        switch scalar.properties.generalCategory {
        // An escape sequence or an override of the writing direction could disguise what a console shows.
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
            quoted += scalar.escaped(asASCII: true)
        default: quoted.unicodeScalars.append(scalar)
        }
    }
    return quoted + "\""
}
