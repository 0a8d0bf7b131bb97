import CLinux
import Glibc
import LinuxSystem
import Synchronization

/// A file, or another device, as a block device of its own: loop(4).
final class LoopDevice: Sendable {
    /// Its node, such as `/dev/loop0`.
    let path: String
    private let device: Mutex<Descriptor?>

    /// Takes the next free loop device: LOOP_CONFIGURE, since Linux 5.8.
    ///
    /// - Parameters:
    ///   - file: open for reading and writing.
    ///   - sectorSize: bytes of a logical sector.
    ///   - options: `MARTLET_LOOP_PARTITIONS`, `MARTLET_LOOP_DIRECT`.
    init(_ file: Descriptor, sectorSize: Int, options: UInt32 = 0) throws(SystemCallError) {
        let control = try Descriptor.open("/dev/loop-control", O_RDWR)
        var attempt = 0
        while true {
            let number = try control.ioctl("ioctl(LOOP_CTL_GET_FREE)", MARTLET_LOOP_CTL_GET_FREE, 0)
            let path = "/dev/loop\(number)"
            let device = try Descriptor.open(path, O_RDWR)
            do throws(SystemCallError) {
                try systemCall("ioctl(LOOP_CONFIGURE)", path) {
                    martlet_loop_configure(device.rawValue, file.rawValue, UInt32(clamping: sectorSize), options)
                }
                self.path = path
                self.device = Mutex(device)
                return
            } catch {
                // Somebody else may have taken it meanwhile.
                guard error.errno == .resourceBusy, attempt < 20 else { throw error }
            }
            attempt += 1
        }
    }

    /// Flushes, then lets go of the file. The kernel does so at once, or when the last user of the device is gone; newer
    /// ones count this descriptor as a user.
    func detach() throws(SystemCallError) {
        guard let device = device.withLock({ $0.take() }) else { return }
        try device.synchronize()
        try device.ioctl("ioctl(LOOP_CLR_FD)", MARTLET_LOOP_CLR_FD, 0)
    }
}
