/// SELinux labels of what was written: new files take those of their neighbours, see `RootDirectory.write`; where that
/// cannot be, the installed system is told to label everything when it starts.
struct SecurityLabels {
    private static let configuration = "/etc/selinux/config"
    /// selinux-autorelabel.service and its generator look for it.
    private static let relabel = "/.autorelabel"

    /// Whether the installed system labels files at all: selinux(8).
    static func areUsed(by root: RootDirectory) -> Bool {
        for line in (root.text(configuration) ?? "").split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0].filter({ !$0.isWhitespace }) == "SELINUX" else { continue }
            return parts[1].filter { !$0.isWhitespace }.lowercased() != "disabled"
        }
        return false
    }

    /// Asks for labels at the next boot.
    ///
    /// - Parameter reason: why, as the beginning of a sentence.
    static func orderRelabelling(_ editor: inout RootEditor, because reason: String) throws(TargetSystemError) {
        try editor.write("", to: relabel, mode: 0o600)
        editor.report.notes.append("\(reason): the installed system labels all its files when it starts")
    }
}
