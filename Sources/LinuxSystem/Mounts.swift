import CLinux
import Glibc

/// Mounting and unmounting: mount(2), umount2(2).
public enum Mounts {
    /// Mounts a file system.
    ///
    /// - Parameters:
    ///   - source: a device path, or the type's own name for a virtual file system.
    ///   - flags: `MS_RDONLY`, `MS_NOSUID`, …
    ///   - options: the file system's own comma-separated options.
    public static func mount(
        _ source: String, at target: String, type: String, flags: UInt = 0, options: String = ""
    ) throws(SystemCallError) {
        try systemCall("mount", "\(source) at \(target) as \(type)") {
            Glibc.mount(source, target, type, flags, options)
        }
    }

    /// Unmounts a file system. `flags`: `MNT_DETACH`, `MNT_FORCE`, or none.
    public static func unmount(_ target: String, flags: Int32 = 0) throws(SystemCallError) {
        try systemCall("umount2", target) { umount2(target, flags) }
    }
}
