import CLinux
import Glibc
import LinuxSystem
import SystemPackage

/// A regular file below a served directory, open for reading.
struct ServedFile: Sendable {
    /// The open file.
    let descriptor: Descriptor
    /// Its size in bytes when it was opened.
    let size: UInt64
    /// Changes whenever the file does (RFC 9110 8.8.3); with the quotes.
    let entityTag: String

    /// Opens a file. Symbolic links are followed as long as they stay below the directory.
    ///
    /// - Parameter path: relative to the directory, in the form it has in a URL, decoded.
    /// - Returns: `nil` when there is no such regular file, or when the path leaves the directory.
    /// - Throws: `SystemCallError` when the file is there but cannot be opened.
    static func open(_ path: String, below directory: String) throws(SystemCallError) -> ServedFile? {
        guard !path.isEmpty, !path.utf8.contains(0) else { return nil }
        guard let descriptor = try descriptor(path, below: directory) else { return nil }
        var status = stat()
        try systemCall("fstat", descriptor.name) { fstat(descriptor.rawValue, &status) }
        guard status.st_mode & MARTLET_S_IFMT == S_IFREG else { return nil }
        let size = UInt64(clamping: status.st_size)
        let changed = status.st_mtim
        let parts = [UInt64(status.st_ino), size, UInt64(clamping: changed.tv_sec), UInt64(clamping: changed.tv_nsec)]
        return ServedFile(
            descriptor: descriptor, size: size,
            entityTag: "\"" + parts.map { String($0, radix: 36) }.joined(separator: "-") + "\"")
    }

    private static func descriptor(_ path: String, below directory: String) throws(SystemCallError) -> Descriptor? {
        let root = try Descriptor.open(directory, O_RDONLY | O_DIRECTORY)
        do throws(SystemCallError) {
            // O_NONBLOCK: opening a pipe must not wait for its other end.
            let raw = try systemCall("openat2", path) {
                martlet_openat2(
                    root.rawValue, path, UInt64(O_RDONLY | O_NONBLOCK | O_CLOEXEC), 0, MARTLET_RESOLVE_BENEATH)
            }
            return Descriptor(owning: raw, name: "\(directory)/\(path)")
        } catch {
            switch error.errno {
            case .noSuchFileOrDirectory, .notDirectory, .tooManySymbolicLinkLevels, .improperLink, .fileNameTooLong,
                .isDirectory, .noSuchAddressOrDevice:
                return nil
            default: throw error
            }
        }
    }
}
