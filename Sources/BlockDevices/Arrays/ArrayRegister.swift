import Glibc
import LinuxSystem

/// The names of the md arrays that this program has started, kept in files: an agent that was killed leaves them running,
/// and its successor must not stop those that somebody else has started.
public struct ArrayRegister: Sendable {
    private let directory: String

    /// - Parameter directory: below `/run`; made when it is missing.
    public init(directory: String) {
        self.directory = directory
    }

    func note(_ name: String) throws(SystemCallError) {
        try Files.makeDirectories(directory)
        try Files.write("", to: "\(directory)/\(name)")
    }

    /// Stops an array and forgets it.
    func stop(_ name: String, _ sysfs: BlockSysfs) throws {
        if Files.exists("\(sysfs.sysRoot)/class/block/\(name)/md") {
            let array = Holder(name: name, kind: .md(level: "", container: nil))
            _ = try StackedDevices(sysfs: sysfs).stop(array, disk: "/dev/" + name)
        }
        let path = "\(directory)/\(name)"
        try systemCall("unlink", path) { unlink(path) }
    }

    /// Stops the arrays that an earlier agent has left and that nothing uses.
    ///
    /// - Returns: their names.
    public func stopAll(sysfs: BlockSysfs = BlockSysfs()) -> [String] {
        var stopped: [String] = []
        for name in (try? Files.list(directory)) ?? [] {
            do {
                try watched("stopping", device: name, timeout: .seconds(60)) { try stop(name, sysfs) }
                stopped.append(name)
            } catch {
                // Something uses it; whoever needs the disk says what.
                continue
            }
        }
        return stopped
    }
}
