import Glibc
import LinuxSystem

/// A file on a file system of its own, which can be told not to answer (`FIFREEZE` and
/// `FITHAW`, fsfreeze(8)). Needs root and loop devices.
final class FreezableFile: Sendable {
    private let directory: TemporaryDirectory
    private let device: LoopDevice
    private let root: Descriptor
    let file: TemporaryFile

    /// - Parameter bytes: what the file holds at first.
    init(_ bytes: [UInt8]) throws {
        directory = try TemporaryDirectory()
        let disk = try TemporaryFile([UInt8](repeating: 0, count: bytes.count * 2))
        try directory.shell("mke2fs -q -F -t ext4 \(disk.path)")
        device = try LoopDevice(disk, sectorSize: 512)
        try Mounts.mount(device.path, at: directory.path, type: "ext4")
        root = try Descriptor.open(directory.path, O_RDONLY | O_DIRECTORY)
        file = try TemporaryFile(bytes, in: directory.path)
        // A file system that must write what it holds back before it freezes would take its time.
        sync()
    }

    deinit {
        thaw()
        try? Mounts.unmount(directory.path, flags: Int32(MNT_DETACH))
        device.detach()
    }

    /// Writes wait from now on.
    func freeze() {
        _ = try? root.ioctl("ioctl(FIFREEZE)", 0xc004_5877, 0)
    }

    func thaw() {
        _ = try? root.ioctl("ioctl(FITHAW)", 0xc004_5878, 0)
    }
}
