import CLinux
import Glibc
import LinuxSystem

/// The processes whose root is the installed system's: a command and all that it has left running.
public struct HookProcesses {
    private let device: dev_t
    private let file: ino_t

    /// The processes of one root.
    ///
    /// - Parameter mountPoint: where the root is mounted.
    /// - Throws: the error of stat(2) when there is no such directory.
    public init(_ mountPoint: String) throws(SystemCallError) {
        let status = try Self.status(mountPoint)
        device = status.st_dev
        file = status.st_ino
    }

    /// Kills them all, until there are none or five seconds are over.
    public func end() {
        // On a machine that runs from this very root all would be meant.
        guard let own = try? Self.status("/"), own.st_dev != device || own.st_ino != file else { return }
        for _ in 0..<50 {
            let left = all
            if left.isEmpty { return }
            for process in left { kill(process, SIGKILL) }
            usleep(100_000)
        }
    }

    /// Their numbers. A process that has ended and is not yet taken off the kernel's list has no root any more.
    private var all: [pid_t] {
        ((try? Files.list("/proc")) ?? []).compactMap { pid_t($0) }.filter { process in
            guard process != getpid(), let status = try? Self.status("/proc/\(process)/root") else { return false }
            return status.st_dev == device && status.st_ino == file
        }
    }

    private static func status(_ path: String) throws(SystemCallError) -> stat {
        var status = stat()
        try systemCall("stat", path) { stat(path, &status) }
        return status
    }
}
