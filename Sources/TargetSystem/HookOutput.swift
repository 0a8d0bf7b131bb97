/// What a command prints, cut into lines as it comes.
struct HookOutput {
    private static let longestLine = 4096
    private static let kept = 10

    /// The last lines, oldest first.
    private(set) var lastLines: [String] = []
    private var open: [UInt8] = []

    /// Takes bytes in; returns the lines that they complete.
    mutating func add(_ bytes: ArraySlice<UInt8>) -> [String] {
        var lines: [String] = []
        for byte in bytes {
            // A progress display that returns to the line's start begins another line here.
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") || open.count >= Self.longestLine {
                if let line = finish() { lines.append(line) }
            }
            if byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") { open.append(byte) }
        }
        return lines
    }

    /// Ends the line that has no end yet; `nil` when nothing is in it.
    mutating func finish() -> String? {
        guard !open.isEmpty else { return nil }
        // Control characters of the image's programs must not steer the console.
        let scalars = String(decoding: open, as: UTF8.self).unicodeScalars.filter {
            $0 == "\t" || $0.properties.generalCategory != .control
        }
        open = []
        let line = String(String.UnicodeScalarView(scalars))
        lastLines.append(line)
        if lastLines.count > Self.kept { lastLines.removeFirst() }
        return line
    }
}
