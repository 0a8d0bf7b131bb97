import LinuxSystem

/// Copies what a medium has for this machine into `/deploy`, so that the medium can be let go.
enum MediumCopy {
    private static let fileLimit = 64 << 20
    private static let depthLimit = 16
    /// What is taken from a medium whose vars lie at its root, among files that mean nothing to us.
    private static let known = [
        "vars", "ca.pem", "registry-auth.json", "nocloud", "ssh", "files", "file-system", "meta-data", "user-data",
        "network-config", "vendor-data",
    ]
    private static let seedFiles: Set = ["meta-data", "user-data", "network-config", "vendor-data"]

    static func copy(_ directory: String, wholeTree: Bool) throws(SystemCallError) {
        let names = wholeTree ? try Files.list(directory) : known.filter { Files.exists("\(directory)/\($0)") }
        for name in names {
            // On a CIDATA volume the seed's files lie at the root; ours have a directory of their own.
            let target = !wholeTree && seedFiles.contains(name) ? "nocloud/\(name)" : name
            try copy("\(directory)/\(name)", to: "\(DeployDirectory.path)/\(target)", depth: 0)
        }
        DeployDirectory.restrict()
    }

    private static func copy(_ source: String, to target: String, depth: Int) throws(SystemCallError) {
        guard depth < depthLimit else {
            throw SystemCallError(call: "copy", subject: source, errno: .tooManySymbolicLinkLevels)
        }
        if Files.isRegular(source) {
            if let slash = target.lastIndex(of: "/") {
                try Files.makeDirectories(String(target[..<slash]), mode: 0o700)
            }
            try Files.write(try Files.read(source, limit: fileLimit), to: target)
        } else if let names = try? Files.list(source) {
            try Files.makeDirectories(target, mode: 0o700)
            for name in names { try copy("\(source)/\(name)", to: "\(target)/\(name)", depth: depth + 1) }
        }
    }
}
