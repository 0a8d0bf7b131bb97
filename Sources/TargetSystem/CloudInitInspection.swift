/// What an installed system's cloud-init will make of a NoCloud seed.
struct CloudInitInspection {
    /// Whether cloud-init is installed.
    let isInstalled: Bool
    /// Whether it starts and will look for a seed. What the image's owner switched off stays off.
    let runs: Bool
    /// Whether it is told to keep the SSH host keys of the image.
    let keepsHostKeys: Bool
    /// Why the seed may not be used, one sentence each.
    let warnings: [String]

    private static let programs = ["/usr/bin/cloud-init", "/bin/cloud-init", "/usr/local/bin/cloud-init"]
    private static let settings = "/etc/cloud/cloud.cfg"
    private static let snippets = "/etc/cloud/cloud.cfg.d"
    private static let identification = "/etc/cloud/ds-identify.cfg"
    private static let units = ["cloud-init-local.service", "cloud-init.service", "cloud-init.target"]

    init(_ root: RootDirectory) {
        isInstalled = Self.programs.contains { root.status($0)?.isRegular == true }
        guard isInstalled else {
            runs = false
            keepsHostKeys = true
            warnings = [
                "the image has no cloud-init: nothing in it will read the seed, which is written all the same"
            ]
            return
        }
        var warnings: [String] = []
        let identification = Self.identificationSettings(root.text(Self.identification) ?? "")
        if let place = Self.offSwitch(root, identification) {
            warnings.append("the image disables cloud-init by \(place): the seed will not be used")
        }
        runs = warnings.isEmpty
        if let only = identification["datasource"], only != "NoCloud" {
            warnings.append("the image's \(Self.identification) asks for \(only) only: the seed will not be used")
        }
        // A later file's list replaces an earlier one's.
        var found: (file: String, list: [String])?
        var keepsHostKeys = false
        let names = (try? root.list(Self.snippets)) ?? []
        for file in [Self.settings] + names.filter({ $0.hasSuffix(".cfg") }).map({ "\(Self.snippets)/\($0)" }) {
            let text = root.text(file) ?? ""
            if let list = Self.datasourceList(in: text) { found = (file, list) }
            for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix("ssh_deletekeys:") {
                let value = line.dropFirst("ssh_deletekeys:".utf8.count).prefix { $0 != "#" }
                keepsHostKeys = ["false", "no", "off", "0"].contains(Self.bare(value).lowercased())
            }
        }
        if let found, !found.list.contains("NoCloud") {
            let list = found.list.joined(separator: ", ")
            warnings.append(
                "the image's \(found.file) allows only the datasources [\(list)], without NoCloud: the seed will not be "
                    + "used")
        }
        self.keepsHostKeys = keepsHostKeys
        self.warnings = warnings
    }

    /// What keeps cloud-init from starting: its own file, ds-identify's policy, a masked unit.
    private static func offSwitch(_ root: RootDirectory, _ identification: [String: String]) -> String? {
        let file = "/etc/cloud/cloud-init.disabled"
        if root.status(file) != nil { return file }
        if identification["policy"]?.hasPrefix("disabled") == true { return "the policy in \(Self.identification)" }
        let unit = units.first { root.linkTarget("/etc/systemd/system/\($0)") == "/dev/null" }
        return unit.map { "masking \($0)" }
    }

    /// `KEY: value` lines; ds-identify reads no more of YAML than these.
    private static func identificationSettings(_ text: String) -> [String: String] {
        var settings: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline).map(withoutComment) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            settings[bare(line[..<colon])] = bare(line[line.index(after: colon)...])
        }
        return settings
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
