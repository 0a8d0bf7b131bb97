/// Name servers for the installed system: resolved.conf(5) where systemd-resolved answers, else resolv.conf(5).
struct NameServerSettings {
    private static let file = "/etc/resolv.conf"
    private static let dropIn = "/etc/systemd/resolved.conf.d/martlet.conf"
    private static let daemons = ["/usr/lib/systemd/systemd-resolved", "/lib/systemd/systemd-resolved"]
    /// What `systemctl enable systemd-resolved` makes.
    private static let enabled = [
        "/etc/systemd/system/dbus-org.freedesktop.resolve1.service",
        "/etc/systemd/system/multi-user.target.wants/systemd-resolved.service",
        "/etc/systemd/system/sysinit.target.wants/systemd-resolved.service",
    ]

    /// - Parameters:
    ///   - servers: addresses.
    ///   - networkConfig: the seed's; where it names servers itself, nothing is written.
    static func set(
        _ servers: [String], networkConfig: [UInt8]?, _ editor: inout RootEditor
    ) throws(TargetSystemError) {
        guard !servers.isEmpty else { return }
        if let networkConfig, namesServers(String(decoding: networkConfig, as: UTF8.self)) {
            editor.report.notes.append("the network-config names its own DNS servers, so dns_resolver is left out")
            return
        }
        let target = editor.root.linkTarget(file)
        if answersByResolved(editor.root, target) {
            try editor.write("[Resolve]\nDNS=\(servers.joined(separator: " "))\n", to: dropIn)
        } else if let target {
            editor.report.warnings.append(
                "dns_resolver is not set in the installed system: its \(file) is a link to \(target), which another program "
                    + "writes; give the servers in the network-config")
        } else {
            let old = editor.root.text(file) ?? ""
            try editor.write(text(old, servers: servers), to: file)
        }
    }

    /// With a missing file, systemd-resolved makes the link itself when it starts.
    private static func answersByResolved(_ root: RootDirectory, _ target: String?) -> Bool {
        if let target { return target.contains("systemd/resolve") }
        return root.status(file) == nil && daemons.contains { root.status($0) != nil }
            && enabled.contains { root.status($0, followsLink: false) != nil }
    }

    /// Whether a Netplan or cloud-init version 1 text sets servers anywhere.
    static func namesServers(_ text: String) -> Bool {
        ["nameservers", "type: nameserver"].contains { text.contains($0) }
    }

    /// A file of these servers alone; its other settings stay.
    static func text(_ old: String, servers: [String]) -> String {
        let kept = old.split(whereSeparator: \.isNewline).filter {
            $0.split(whereSeparator: \.isWhitespace).first != "nameserver"
        }
        return (kept.map(String.init) + servers.map { "nameserver \($0)" }).joined(separator: "\n") + "\n"
    }
}
