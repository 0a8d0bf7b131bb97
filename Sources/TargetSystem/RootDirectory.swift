import CLinux
import Glibc
import LinuxSystem
import Synchronization
import SystemPackage

/// A directory tree in which every path is resolved as if it were the root: openat2(2) with `RESOLVE_IN_ROOT`.
///
/// Absolute symbolic links and `..` of the tree stay inside it, so an image whose links point at `/` or upwards is
/// written to itself and never to the system that runs. Mounts inside the tree are crossed.
public final class RootDirectory: Sendable {
    /// Where it is, for messages.
    public let path: String
    private let descriptor: Mutex<Descriptor?>
    /// Whether something was made inside that no SELinux label could be found for, or none could be given.
    let hasUnlabelled = Atomic<Bool>(false)

    /// Opens a directory as a root.
    public init(_ path: String) throws(SystemCallError) {
        self.path = path
        descriptor = Mutex(try Descriptor.open(path, MARTLET_O_PATH | O_DIRECTORY))
    }

    /// Lets go of the directory, so that it can be unmounted. Every later call fails with `EBADF`.
    public func close() {
        descriptor.withLock { $0 = nil }
    }

    /// Opens a file or a directory inside.
    ///
    /// - Parameters:
    ///   - path: from the root, with or without a leading slash.
    ///   - flags: as for open(2). Opening never waits for a FIFO's other end.
    ///   - mode: permission bits of a file that `O_CREAT` makes.
    public func open(_ path: String, _ flags: Int32, mode: mode_t = 0) throws(SystemCallError) -> Descriptor {
        let subject = "\(self.path) \(path)"
        guard let root = descriptor.withLock({ $0 }) else {
            throw SystemCallError(call: "openat2", subject: subject, errno: .badFileDescriptor)
        }
        guard !path.utf8.contains(0) else {
            throw SystemCallError(call: "openat2", subject: subject, errno: .invalidArgument)
        }
        let all = UInt64(UInt32(bitPattern: flags | O_CLOEXEC | O_NOCTTY))
        // O_PATH takes few flags beside it.
        let flags =
            flags & MARTLET_O_PATH == 0 ? all | UInt64(O_NONBLOCK) : UInt64(UInt32(bitPattern: flags | O_CLOEXEC))
        let raw = try systemCall("openat2", subject) {
            martlet_openat2(root.rawValue, path.isEmpty ? "." : path, flags, UInt64(mode), MARTLET_RESOLVE_IN_ROOT)
        }
        return Descriptor(owning: raw, name: path)
    }

    /// Reads a regular file whole.
    ///
    /// - Parameter limit: the most bytes; a longer file is an `EFBIG` error.
    public func read(_ path: String, limit: Int = 4 << 20) throws(SystemCallError) -> [UInt8] {
        let file = try open(path, O_RDONLY)
        guard try status(of: file).isRegular else {
            throw SystemCallError(call: "read", subject: path, errno: .invalidArgument)
        }
        let bytes = try file.readBytes(count: limit + 1, at: 0)
        guard bytes.count <= limit else {
            throw SystemCallError(call: "read", subject: path, errno: .fileTooLarge)
        }
        return bytes
    }

    /// Reads a text file; bytes that are not UTF-8 become U+FFFD. `nil` when it is absent or not readable.
    public func text(_ path: String) -> String? {
        guard let bytes = try? read(path) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The names in a directory, sorted by bytes, without `.` and `..`.
    public func list(_ path: String) throws(SystemCallError) -> [String] {
        let directory = try open(path, O_RDONLY | O_DIRECTORY)
        return try withExtendedLifetime(directory) { () throws(SystemCallError) in
            try Files.list("/proc/self/fd/\(directory.rawValue)")
        }
    }

    /// What is at a path; `nil` when there is nothing.
    ///
    /// - Parameter followsLink: whether a symbolic link at the end is followed.
    public func status(_ path: String, followsLink: Bool = true) -> FileStatus? {
        guard let file = try? open(path, MARTLET_O_PATH | (followsLink ? 0 : O_NOFOLLOW)) else { return nil }
        return try? status(of: file)
    }

    /// Where a path inside lies outside: an absolute path without symbolic links, such as a mount point.
    public func resolvedPath(_ path: String) throws(SystemCallError) -> String {
        let place = try open(path, MARTLET_O_PATH)
        return try withExtendedLifetime(place) { () throws(SystemCallError) in
            try Files.linkTarget("/proc/self/fd/\(place.rawValue)")
        }
    }

    func status(of file: Descriptor) throws(SystemCallError) -> FileStatus {
        var information = stat()
        _ = try systemCall("fstat", file.name) { fstat(file.rawValue, &information) }
        return FileStatus(information)
    }

    /// The directory above a path's last component, which must be a plain name.
    func parent(of path: String) throws(SystemCallError) -> (directory: Descriptor, name: String) {
        let components = path.split(separator: "/")
        guard let name = components.last, name != ".", name != "..", !name.utf8.contains(0) else {
            throw SystemCallError(call: "openat2", subject: path, errno: .invalidArgument)
        }
        let above = "/" + components.dropLast().joined(separator: "/")
        return (try open(above, O_RDONLY | O_DIRECTORY), String(name))
    }
}

/// Kind, permissions and owner of a file.
public struct FileStatus: Equatable, Sendable {
    /// The kind bits of `st_mode`.
    let kind: mode_t
    /// The permission bits of `st_mode`, up to 07777.
    public let permissions: mode_t
    /// The owner.
    public let owner: FileOwner
    /// Bytes.
    public let size: Int

    init(_ information: stat) {
        kind = information.st_mode & S_IFMT
        permissions = information.st_mode & 0o7777
        owner = FileOwner(user: information.st_uid, group: information.st_gid)
        size = Int(information.st_size)
    }

    /// Whether it is a regular file.
    public var isRegular: Bool { kind == S_IFREG }
    /// Whether it is a directory.
    public var isDirectory: Bool { kind == S_IFDIR }
    /// Whether it is a symbolic link.
    public var isSymbolicLink: Bool { kind == S_IFLNK }
}

/// Who owns a file, by number.
public struct FileOwner: Equatable, Sendable {
    /// The user.
    public let user: uid_t
    /// The group.
    public let group: gid_t

    /// An owner by numbers.
    public init(user: uid_t, group: gid_t) {
        self.user = user
        self.group = group
    }

    /// The superuser.
    public static let root = FileOwner(user: 0, group: 0)
}
