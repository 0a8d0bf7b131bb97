import Glibc
import LinuxSystem
import SystemPackage

/// A tree of files outside the root that is copied into it, such as `/deploy/files`.
///
/// As with `cp -a`, new files and directories keep their permissions and their owner's number, and symbolic links stay
/// links. A directory that exists keeps its own permissions; a file or link that exists is replaced.
struct FileTree {
    private static let deepest = 64
    private static let chunk = 1 << 20

    let source: String
    let root: RootDirectory
    /// What was passed over, one sentence each.
    private(set) var warnings: [String] = []
    /// Files and links written.
    private(set) var written = 0

    init(_ source: String, into root: RootDirectory) {
        self.source = source
        self.root = root
    }

    mutating func copy() throws(TargetSystemError) {
        try copyDirectory("", depth: 0)
    }

    private mutating func copyDirectory(_ path: String, depth: Int) throws(TargetSystemError) {
        do throws(SystemCallError) {
            guard depth < Self.deepest else {
                throw SystemCallError(call: "opendir", subject: source + path, errno: .fileNameTooLong)
            }
            for name in try Files.list(source + path) {
                let inner = "\(path)/\(name)"
                let status = try Self.status(source + inner)
                if status.isDirectory {
                    try root.makeDirectories(inner, mode: status.permissions, owner: status.owner)
                } else {
                    try copyFile(inner, status)
                }
            }
        } catch {
            throw .file("copying \(source)\(path)", error)
        }
        for name in (try? Files.list(source + path)) ?? [] {
            let inner = "\(path)/\(name)"
            if (try? Self.status(source + inner))?.isDirectory == true { try copyDirectory(inner, depth: depth + 1) }
        }
    }

    private mutating func copyFile(_ path: String, _ status: FileStatus) throws(SystemCallError) {
        if status.isSymbolicLink {
            try root.makeSymbolicLink(to: try Files.linkTarget(source + path), at: path, owner: status.owner)
        } else if status.isRegular {
            let file = try Descriptor.open(source + path, O_RDONLY | O_NOFOLLOW)
            try root.replace(path, mode: status.permissions, owner: status.owner) { copy throws(SystemCallError) in
                var offset: UInt64 = 0
                while true {
                    let bytes = try file.readBytes(count: Self.chunk, at: offset)
                    let outcome = bytes.withUnsafeBytes { buffer in
                        Result { () throws(SystemCallError) in try copy.writeAll(buffer) }
                    }
                    try outcome.get()
                    offset += UInt64(bytes.count)
                    if bytes.count < Self.chunk { return }
                }
            }
        } else {
            warnings.append("\(source)\(path) is neither a file, a directory nor a link and was not copied")
            return
        }
        written += 1
    }

    private static func status(_ path: String) throws(SystemCallError) -> FileStatus {
        var information = stat()
        _ = try systemCall("lstat", path) { lstat(path, &information) }
        return FileStatus(information)
    }
}
