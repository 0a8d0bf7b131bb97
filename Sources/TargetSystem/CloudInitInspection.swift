/// What an installed system's cloud-init will make of a NoCloud seed.
struct CloudInitInspection {
    /// Whether cloud-init is installed.
    let isInstalled: Bool
    /// Why the seed may not be used, one sentence each.
    let warnings: [String]

    private static let programs = ["/usr/bin/cloud-init", "/bin/cloud-init", "/usr/local/bin/cloud-init"]
    private static let settings = "/etc/cloud/cloud.cfg"
    private static let snippets = "/etc/cloud/cloud.cfg.d"

    init(_ root: RootDirectory) {
        isInstalled = Self.programs.contains { root.status($0)?.isRegular == true }
        guard isInstalled else {
            warnings = [
                "the image has no cloud-init: nothing in it will read the seed, which is written all the same"
            ]
            return
        }
        var warnings: [String] = []
        if root.status("/etc/cloud/cloud-init.disabled") != nil {
            warnings.append(
                "the image disables cloud-init by /etc/cloud/cloud-init.disabled: the seed will not be used")
        }
        // A later file's list replaces an earlier one's.
        var found: (file: String, list: [String])?
        let names = (try? root.list(Self.snippets)) ?? []
        for file in [Self.settings] + names.filter({ $0.hasSuffix(".cfg") }).map({ "\(Self.snippets)/\($0)" }) {
            if let list = Self.datasourceList(in: root.text(file) ?? "") { found = (file, list) }
        }
        if let found, !found.list.contains("NoCloud") {
            let list = found.list.joined(separator: ", ")
            warnings.append(
                "the image's \(found.file) allows only the datasources [\(list)], without NoCloud: the seed will not be "
                    + "used")
        }
        self.warnings = warnings
    }

    /// The value of `datasource_list` in a cloud-init configuration, in flow or block style; `nil` when it is not set.
    static func datasourceList(in text: String) -> [String]? {
        let key = "datasource_list:"
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(withoutComment)
        guard let index = lines.lastIndex(where: { $0.hasPrefix(key) }) else { return nil }
        let value = lines[index].dropFirst(key.count).drop(while: \.isWhitespace)
        let following = lines[(index + 1)...]
        if value.hasPrefix("[") {
            let flow = ([value] + following).joined(separator: " ").dropFirst().prefix { $0 != "]" }
            return flow.split(separator: ",").map(bare).filter { !$0.isEmpty }
        }
        guard value.isEmpty else { return [bare(value)] }
        let items = following.lazy.map { $0.drop(while: \.isWhitespace) }.filter { !$0.isEmpty }
            .prefix { $0.hasPrefix("-") }
        return items.map { bare($0.dropFirst()) }
    }

    private static func withoutComment(_ line: Substring) -> Substring {
        line.hasPrefix("#") ? "" : line.firstIndex(of: "#").map { line[..<$0] } ?? line
    }

    private static func bare(_ text: Substring) -> String {
        String(text.filter { $0 != "\"" && $0 != "'" && !$0.isWhitespace })
    }
}
