import Glibc
import LinuxSystem
import NetworkTypes
import SystemPackage

/// What `/etc/resolv.conf` says (resolv.conf(5)).
struct ResolverFile: Equatable {
    /// The C library asks three servers and passes over more (`MAXNS`).
    private static let maximumNameServers = 3

    /// Nothing to say.
    static let nothing = ResolverFile(nameServers: [], searchDomains: [])

    let nameServers: [String]
    let searchDomains: [String]

    /// Each server and each domain once, in the order given; what is no domain name is left out.
    init(nameServers: [String], searchDomains: [String]) {
        self.nameServers = nameServers.uniqued()
        self.searchDomains = searchDomains.filter(Self.isDomainName).uniqued()
    }

    /// The file's text.
    var text: String {
        let search = searchDomains.isEmpty ? "" : "search \(searchDomains.joined(separator: " "))\n"
        return search + nameServers.prefix(Self.maximumNameServers).map { "nameserver \($0)\n" }.joined()
    }

    /// Puts the file in place whole: a reader sees the old one or the new one.
    func write(to path: String) throws(SystemCallError) {
        if let slash = path.lastIndex(of: "/"), slash > path.startIndex {
            try Files.makeDirectories(String(path[..<slash]))
        }
        let draft = "\(path).martlet"
        try Files.write(text, to: draft, mode: 0o644)
        try systemCall("rename", path) { rename(draft, path) }
    }

    /// Letters, digits, hyphens, underscores and dots: a DHCP server must not be able to write other lines.
    private static func isDomainName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 253
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0)
                    || [0x2d, 0x2e, 0x5f].contains($0)
            }
    }
}

extension Sequence where Element: Hashable {
    /// The first of each, in order.
    func uniqued() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
