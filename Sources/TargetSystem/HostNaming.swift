/// The installed system's own name: hostname(5) and hosts(5).
struct HostNaming {
    private static let file = "/etc/hostname"
    private static let table = "/etc/hosts"
    /// Debian's address for a name that has no other.
    private static let address = "127.0.1.1"

    static func set(_ name: String, _ editor: inout RootEditor) throws(TargetSystemError) {
        try editor.write("\(name)\n", to: file)
        let hasTable = try editor.editText(table) { Self.table($0, naming: name) }
        if !hasTable {
            try editor.write(
                Self.table("127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n", naming: name), to: table)
        }
    }

    /// The table with one line for the name, in the place of the line that the image had for its own.
    static func table(_ text: String, naming name: String) -> String {
        let short = name.prefix { $0 != "." }
        let line = short == name ? "\(address) \(name)" : "\(address) \(name) \(short)"
        var isPlaced = false
        var lines: [Substring] = []
        for old in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if old.split(whereSeparator: \.isWhitespace).first == Substring(address) {
                if !isPlaced { lines.append(Substring(line)) }
                isPlaced = true
            } else {
                lines.append(old)
            }
        }
        if !isPlaced {
            if lines.last == "" { lines.removeLast() }
            lines += [Substring(line), ""]
        }
        return lines.joined(separator: "\n")
    }
}
