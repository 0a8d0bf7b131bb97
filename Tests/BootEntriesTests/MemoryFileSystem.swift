import BootEntries
import FoundationEssentials

/// A boot file system in memory; the device plays no part unless a test names one.
struct MemoryFileSystem: BootFileSystem {
    var files: [String: [UInt8]] = [:]

    init(_ files: [String: String]) {
        self.files = files.mapValues { Array($0.utf8) }
    }

    func contents(of path: BootPath) -> [UInt8]? {
        files[path.description] ?? files[path.path]
    }

    func size(of path: BootPath) -> Int? {
        contents(of: path)?.count
    }

    func names(in path: BootPath) -> [String]? {
        let prefix = path.path + "/"
        let names = files.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        return names.isEmpty ? nil : names.filter { !$0.contains("/") }.sorted()
    }

    /// A file of this target's `Fixtures`.
    static func fixture(_ name: String) throws -> String {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
        return String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self)
    }
}

/// A `grubenv` of 1024 bytes.
func environmentBlock(_ variables: [String: String]) -> String {
    let text = "# GRUB Environment Block\n" + variables.map { "\($0.key)=\($0.value)\n" }.sorted().joined()
    return text + String(repeating: "#", count: 1024 - text.utf8.count)
}

/// The default entry of a script that lies at `/boot/grub/grub.cfg`.
func defaultEntry(_ script: String, _ others: [String: String] = [:]) throws -> BootEntry {
    let path = BootPath(device: nil, path: "/boot/grub/grub.cfg")
    let files = MemoryFileSystem(others.merging([path.path: script]) { $1 })
    return try GRUBConfiguration.defaultEntry(of: path, files: files)
}
