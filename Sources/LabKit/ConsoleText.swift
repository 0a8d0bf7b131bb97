/// Turns what a serial line carries into text: without terminal escape sequences (ECMA-48 5.3 and 5.4, and the
/// character-set and operating-system sequences of xterm) and other control bytes.
///
/// Bytes may be handed over in pieces cut anywhere, in the middle of a sequence, too.
public struct ConsoleText: Sendable {
    /// What becomes of a line that is printed over: a carriage return without a line feed.
    public enum Overprinting: Sendable {
        /// Each version of the line is a line: for searching and for files.
        case asLines
        /// Carriage returns and erasures of a line stay: for a terminal, which then shows the last version.
        case asSent
    }

    private enum State {
        case text
        case escape
        case controlSequence
        case systemCommand
        case oneMore
    }

    private let overprinting: Overprinting
    private var state = State.text
    private var returned = false

    /// A filter at the start of a line of text.
    public init(_ overprinting: Overprinting = .asLines) {
        self.overprinting = overprinting
    }

    /// The printable part of the next bytes.
    public mutating func plain(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var plain: [UInt8] = []
        for byte in bytes { take(byte, into: &plain) }
        return plain
    }

    private mutating func take(_ byte: UInt8, into plain: inout [UInt8]) {
        if returned, byte != UInt8(ascii: "\r") {
            returned = false
            if byte != UInt8(ascii: "\n") { plain.append(UInt8(ascii: "\n")) }
        }
        switch state {
        case .text:
            takeText(byte, into: &plain)
        case .escape:
            switch byte {
            case UInt8(ascii: "["): state = .controlSequence
            case UInt8(ascii: "]"): state = .systemCommand
            case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "#"): state = .oneMore
            default: state = .text
            }
        case .controlSequence:
            guard (0x40...0x7E).contains(byte) else { return }
            state = .text
            if overprinting == .asSent, byte == UInt8(ascii: "K") { plain += Array("\u{1b}[K".utf8) }
        case .systemCommand:
            // Ended by BEL, or by ESC \ whose backslash the escape state swallows.
            if byte == 0x07 { state = .text }
            if byte == 0x1B { state = .escape }
        case .oneMore:
            state = .text
        }
    }

    private mutating func takeText(_ byte: UInt8, into plain: inout [UInt8]) {
        switch byte {
        case 0x1B:
            state = .escape
        case UInt8(ascii: "\r"):
            if overprinting == .asSent { plain.append(byte) } else { returned = true }
        case UInt8(ascii: "\n"), UInt8(ascii: "\t"):
            plain.append(byte)
        default:
            if byte >= 0x20, byte != 0x7F { plain.append(byte) }
        }
    }
}
