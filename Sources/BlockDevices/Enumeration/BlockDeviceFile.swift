import CLinux
import Glibc
import LinuxSystem

/// What the kernel says of an open block device, or of a regular file that stands for one.
extension Descriptor {
    /// Whether this is a block device; anything else is treated as a regular file.
    func isBlockDevice() throws(SystemCallError) -> Bool {
        try status().st_mode & MARTLET_S_IFMT == S_IFBLK
    }

    /// Size in bytes: ioctl(BLKGETSIZE64), or fstat(2) of a regular file.
    public func sizeInBytes() throws(SystemCallError) -> UInt64 {
        let status = try status()
        guard status.st_mode & MARTLET_S_IFMT == S_IFBLK else { return UInt64(clamping: status.st_size) }
        var size: UInt64 = 0
        try ioctl("ioctl(BLKGETSIZE64)", MARTLET_BLKGETSIZE64, &size)
        return size
    }

    /// The number that the kernel gives to each appearance of a disk: ioctl(BLKGETDISKSEQ), since Linux 5.15.
    ///
    /// - Returns: `nil` for a regular file and on a kernel that knows no such number.
    public func diskSequence() -> UInt64? {
        var sequence: UInt64 = 0
        do throws(SystemCallError) {
            try ioctl("ioctl(BLKGETDISKSEQ)", MARTLET_BLKGETDISKSEQ, &sequence)
            return sequence
        } catch {
            return nil
        }
    }

    private func status() throws(SystemCallError) -> stat {
        var status = stat()
        try systemCall("fstat", name) { fstat(rawValue, &status) }
        return status
    }
}

/// Sleeps: nanosleep(2). For waits that the kernel ends soon and announces nowhere.
func pause(milliseconds: Int) {
    var wait = timespec(tv_sec: milliseconds / 1000, tv_nsec: milliseconds % 1000 * 1_000_000)
    nanosleep(&wait, nil)
}

/// Waits for the node of a device that was made: devtmpfs makes it as part of making the device; elsewhere udev may take a
/// moment.
///
/// - Returns: the node.
/// - Throws: `SystemCallError` `ENOENT` after five seconds.
@discardableResult
func waitForNode(_ path: String) throws(SystemCallError) -> String {
    for _ in 0..<500 {
        if Files.exists(path) { return path }
        pause(milliseconds: 10)
    }
    throw SystemCallError(call: "open", subject: path, errno: .noSuchFileOrDirectory)
}
