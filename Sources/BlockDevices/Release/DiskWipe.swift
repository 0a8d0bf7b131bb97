import CLinux
import LinuxSystem

/// Removing from one device what makes it a part of something: a file system, a table, an array, a pool.
enum DiskWipe {
    /// How much is removed.
    enum Depth: Sendable {
        /// Every signature there is.
        case everything
        /// Signatures of members of arrays and of LVM's physical volumes; data, file systems and tables stay.
        case members
    }

    /// Removes signatures until a fresh probe finds none.
    ///
    /// - Parameters:
    ///   - device: a disk or a partition, open for reading and writing.
    ///   - name: the kernel's name of it, for the lines.
    /// - Returns: a line for each thing that was removed.
    /// - Throws: `SystemCallError`, `SignatureError`.
    static func wipe(_ device: Descriptor, name: String, _ depth: Depth) throws -> [String] {
        // A partition and its disk have separate caches: neither may write back what the other has overwritten.
        try device.ioctl("ioctl(BLKFLSBUF)", MARTLET_BLKFLSBUF, 0)
        var lines: [String] = []
        for superblock in try MDSuperblock.find(on: device) {
            try Zeroing.overwrite(device, from: superblock.offset, length: MDSuperblock.bytes)
            lines.append("\(name): md \(superblock.version.rawValue) superblock at byte \(superblock.offset)")
        }
        if depth == .everything {
            for offset in try ZFSLabel.find(on: device) {
                try Zeroing.overwrite(device, from: offset, length: ZFSLabel.bytes)
                lines.append("\(name): ZFS label at byte \(offset)")
            }
            for offset in try CephLabel.find(on: device) {
                try Zeroing.overwrite(device, from: offset, length: CephLabel.bytes)
                lines.append("\(name): Ceph BlueStore label at byte \(offset)")
            }
        }
        try device.synchronize()
        let types = depth == .members ? Signatures.memberTypes : nil
        lines += try Signatures.wipe(device, only: types).map { "\(name): \($0.type)" }
        try device.ioctl("ioctl(BLKFLSBUF)", MARTLET_BLKFLSBUF, 0)
        return lines
    }
}
