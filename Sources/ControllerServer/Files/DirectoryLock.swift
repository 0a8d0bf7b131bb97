import Diagnostics
import Glibc
import LinuxSystem
import Synchronization

/// Holds a data directory for one controller: two that write there would undo each other's work.
final class DirectoryLock: Sendable {
    private let file: Mutex<Descriptor?>

    /// Takes the lock: flock(2) on `lock` in the directory.
    ///
    /// - Throws: `DirectoryInUse` when another controller has it.
    init(_ directory: String) throws {
        let descriptor = try Descriptor.open("\(directory)/lock", O_RDWR | O_CREAT)
        file = Mutex(descriptor)
        guard try Self.lock(descriptor) else { throw DirectoryInUse(directory: directory) }
    }

    /// Lets go of it.
    func release() {
        file.withLock { $0 = nil }
    }

    /// Whether the lock could be had at once.
    private static func lock(_ descriptor: Descriptor) throws(SystemCallError) -> Bool {
        do throws(SystemCallError) {
            try systemCall("flock", descriptor.name) { flock(descriptor.rawValue, LOCK_EX | LOCK_NB) }
            return true
        } catch {
            if error.errno == .wouldBlock { return false }
            throw error
        }
    }
}

/// Another controller uses the data directory.
struct DirectoryInUse: ExplainedError {
    let directory: String

    var description: String { "the data directory \(directory) is in use by another controller" }
    var advice: String { "stop the other one, or choose another directory with --data" }
}
