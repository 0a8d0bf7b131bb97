import Glibc
import LinuxSystem

/// Small files whose content is either the old one or the new one, whatever happens in between.
enum AtomicFile {
    /// Replaces a file: writes beside it, renames over it.
    ///
    /// - Parameter durably: whether to return only when a power cut cannot take the new content away.
    static func write(_ bytes: [UInt8], to path: String, durably: Bool) throws(SystemCallError) {
        let temporary = path + ".new"
        let file = try Descriptor.open(temporary, O_WRONLY | O_CREAT | O_TRUNC)
        let outcome = bytes.withUnsafeBytes { buffer in
            Result { () throws(SystemCallError) -> Void in try file.writeAll(buffer) }
        }
        try outcome.get()
        // Without this the rename may reach the disk before the bytes do.
        if durably { try file.synchronize() }
        try systemCall("rename", path) { rename(temporary, path) }
        guard durably, let slash = path.lastIndex(of: "/") else { return }
        try Descriptor.open(String(path[..<slash]), O_RDONLY | O_DIRECTORY).synchronize()
    }

    /// Reads a file; `nil` when it is not there.
    static func read(_ path: String) throws(SystemCallError) -> [UInt8]? {
        do throws(SystemCallError) {
            return try Files.read(path)
        } catch {
            if error.errno == .noSuchFileOrDirectory { return nil }
            throw error
        }
    }
}
