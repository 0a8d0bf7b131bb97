import CLinux
import Glibc
import LinuxSystem
import Synchronization
import SystemPackage

extension RootDirectory {
    private static let deepestTree = 64
    private static let serial = Atomic<Int>(0)

    /// Writes a file in one step: nobody sees it half written. What was there, be it a symbolic link, is replaced.
    public func write(
        _ bytes: [UInt8], to path: String, mode: mode_t, owner: FileOwner = .root
    ) throws(SystemCallError) {
        try replace(path, mode: mode, owner: owner) { file throws(SystemCallError) in
            let outcome = bytes.withUnsafeBytes { buffer in
                Result { () throws(SystemCallError) in try file.writeAll(buffer) }
            }
            try outcome.get()
        }
    }

    /// Makes a file from what `fill` writes to it, then puts it in the place of what was there.
    func replace(
        _ path: String, mode: mode_t, owner: FileOwner, fill: (Descriptor) throws(SystemCallError) -> Void
    ) throws(SystemCallError) {
        let (directory, name) = try parent(of: path)
        let temporary = Self.temporaryName()
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let raw = try systemCall("openat", path) { martlet_openat(directory.rawValue, temporary, flags, 0o600) }
        let file = Descriptor(owning: raw, name: path)
        do throws(SystemCallError) {
            try fill(file)
            try setAttributes(of: file, mode: mode, owner: owner)
            let former = martlet_openat(directory.rawValue, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0)
            if former >= 0 {
                inheritSecurityLabel(from: [Descriptor(owning: former, name: path), directory], to: file)
            } else {
                inheritSecurityLabel(from: [directory], to: file)
            }
            try systemCall("renameat", path) {
                renameat(directory.rawValue, temporary, directory.rawValue, name)
            }
        } catch {
            unlinkat(directory.rawValue, temporary, 0)
            throw error
        }
    }

    /// Makes a directory and those above it; what exists stays as it is.
    ///
    /// - Parameter mode: permission bits of each that is made; they belong to `owner`.
    public func makeDirectories(
        _ path: String, mode: mode_t = 0o755, owner: FileOwner = .root
    ) throws(SystemCallError) {
        var partial = ""
        for component in path.split(separator: "/") {
            partial += "/\(component)"
            if status(partial)?.isDirectory == true { continue }
            let (directory, name) = try parent(of: partial)
            let current = partial
            try systemCall("mkdirat", current) { mkdirat(directory.rawValue, name, 0o700) }
            let made = try open(current, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
            try setAttributes(of: made, mode: mode, owner: owner)
            inheritSecurityLabel(from: [directory], to: made)
        }
    }

    /// Sets permissions and owner of a directory.
    public func setDirectoryAttributes(_ path: String, mode: mode_t, owner: FileOwner) throws(SystemCallError) {
        try setAttributes(of: try open(path, O_RDONLY | O_DIRECTORY), mode: mode, owner: owner)
    }

    /// Makes a symbolic link in the place of what was there. The link's target is not looked at.
    public func makeSymbolicLink(
        to target: String, at path: String, owner: FileOwner = .root
    ) throws(SystemCallError) {
        let (directory, name) = try parent(of: path)
        let temporary = Self.temporaryName()
        try systemCall("symlinkat", path) { symlinkat(target, directory.rawValue, temporary) }
        do throws(SystemCallError) {
            try systemCall("fchownat", path) {
                fchownat(directory.rawValue, temporary, owner.user, owner.group, AT_SYMLINK_NOFOLLOW)
            }
            inheritSecurityLabel(from: directory, toLink: temporary)
            try systemCall("renameat", path) {
                renameat(directory.rawValue, temporary, directory.rawValue, name)
            }
        } catch {
            unlinkat(directory.rawValue, temporary, 0)
            throw error
        }
    }

    /// Removes what is at a path, a directory with all below it; a symbolic link itself, never what it points to. That
    /// nothing is there is no error.
    public func remove(_ path: String) throws(SystemCallError) {
        guard status(path, followsLink: false) != nil else { return }
        let (directory, name) = try parent(of: path)
        try remove(name, in: directory, path: path, depth: 0)
    }

    private func remove(
        _ name: String, in directory: Descriptor, path: String, depth: Int
    ) throws(SystemCallError) {
        guard depth < Self.deepestTree else {
            throw SystemCallError(call: "unlinkat", subject: path, errno: .tooManySymbolicLinkLevels)
        }
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let raw = martlet_openat(directory.rawValue, name, flags, 0)
        guard raw >= 0 else {
            try systemCall("unlinkat", path) { unlinkat(directory.rawValue, name, 0) }
            return
        }
        let inner = Descriptor(owning: raw, name: path)
        for entry in try Files.list("/proc/self/fd/\(raw)") {
            try remove(entry, in: inner, path: "\(path)/\(entry)", depth: depth + 1)
        }
        try systemCall("unlinkat", path) { unlinkat(directory.rawValue, name, AT_REMOVEDIR) }
    }

    private func setAttributes(of file: Descriptor, mode: mode_t, owner: FileOwner) throws(SystemCallError) {
        // In this order: a change of owner clears the set-user-ID bit.
        try systemCall("fchown", file.name) { fchown(file.rawValue, owner.user, owner.group) }
        try systemCall("fchmod", file.name) { fchmod(file.rawValue, mode) }
    }

    /// Gives a new file the SELinux label of the first that has one. This kernel may run without SELinux, and then nobody
    /// else would label it; on a system that enforces a policy an unlabelled file is readable by few.
    private func inheritSecurityLabel(from models: [Descriptor], to file: Descriptor) {
        var label = [UInt8](repeating: 0, count: 256)
        for model in models {
            let length = label.withUnsafeMutableBytes {
                martlet_fgetxattr(model.rawValue, "security.selinux", $0.baseAddress, $0.count)
            }
            guard length > 0 else { continue }
            let status = label.withUnsafeBytes {
                martlet_fsetxattr(file.rawValue, "security.selinux", $0.baseAddress, length)
            }
            if status == 0 { return }
        }
        hasUnlabelled.store(true, ordering: .relaxed)
    }

    /// The same for a symbolic link, which no descriptor that takes attributes can stand for.
    private func inheritSecurityLabel(from directory: Descriptor, toLink name: String) {
        var label = [UInt8](repeating: 0, count: 256)
        let length = label.withUnsafeMutableBytes {
            martlet_fgetxattr(directory.rawValue, "security.selinux", $0.baseAddress, $0.count)
        }
        let path = "/proc/self/fd/\(directory.rawValue)/\(name)"
        let status =
            length > 0
            ? label.withUnsafeBytes { martlet_lsetxattr(path, "security.selinux", $0.baseAddress, length) } : -1
        if status != 0 { hasUnlabelled.store(true, ordering: .relaxed) }
    }

    private static func temporaryName() -> String {
        ".martlet-\(getpid())-\(serial.add(1, ordering: .relaxed).newValue)"
    }
}
