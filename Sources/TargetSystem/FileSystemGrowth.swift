import CLinux
import Glibc
import LinuxSystem

/// What growing a file system came to: its length before and after, in bytes, as statvfs(3) and `df` count it.
public struct FileSystemGrowth: Equatable, Sendable {
    /// Before.
    public let oldBytes: UInt64
    /// After.
    public let newBytes: UInt64
}

extension MountedRoot {
    /// Grows the root's file system to the length of its partition while it is mounted.
    ///
    /// The kernel does the work, group by group, each step in the file system's own journal or log: one that fails leaves
    /// a whole file system, as large as it was or somewhat larger.
    ///
    /// - Parameter partitionBytes: the partition's length in bytes, as the kernel knows it by now.
    /// - Throws: `TargetSystemError.notGrown` with the kernel's reason.
    public func growFileSystem(toPartitionBytes partitionBytes: UInt64) throws(TargetSystemError) -> FileSystemGrowth {
        let type = partition.fileSystem?.type ?? "unknown file system"
        do {
            return try watched(
                "growing \(type)", device: partition.devicePath, timeout: MountedFileSystem.flushTimeout
            ) { [mountPoint] in
                let root = try Descriptor.open(mountPoint, O_RDONLY | O_DIRECTORY)
                let before = try FileSystemSize(of: root)
                switch type {
                case "ext2", "ext3", "ext4": try growExt4(root, before, partitionBytes)
                case "xfs": try growXFS(root, partitionBytes)
                case "btrfs":
                    try systemCall("ioctl(BTRFS_IOC_RESIZE)", root.name) { martlet_btrfs_grow(root.rawValue) }
                default: throw SystemCallError(call: "grow", subject: root.name, errno: .notSupported)
                }
                return FileSystemGrowth(oldBytes: before.bytes, newBytes: try FileSystemSize(of: root).bytes)
            }
        } catch {
            throw .notGrown(device: partition.devicePath, type: type, cause: String(describing: error))
        }
    }
}

/// What statvfs(3) says.
private struct FileSystemSize {
    let blockSize: UInt64
    let bytes: UInt64

    init(of directory: Descriptor) throws(SystemCallError) {
        var facts = statvfs()
        try systemCall("fstatvfs", directory.name) { fstatvfs(directory.rawValue, &facts) }
        blockSize = UInt64(facts.f_frsize)
        let (product, overflow) = UInt64(facts.f_blocks).multipliedReportingOverflow(by: blockSize)
        bytes = overflow ? .max : product
    }
}

/// The driver of ext4, which mounts ext2 and ext3 as well, makes room in the descriptors that mke2fs reserved for it
/// (`resize_inode`), and beyond them by converting to `meta_bg` where the features of the file system allow it.
private func growExt4(_ root: Descriptor, _ size: FileSystemSize, _ partitionBytes: UInt64) throws(SystemCallError) {
    guard size.blockSize > 0 else { return }
    var blocks = partitionBytes / size.blockSize
    try root.ioctl("ioctl(EXT4_IOC_RESIZE_FS)", MARTLET_EXT4_IOC_RESIZE_FS, &blocks)
}

/// XFS takes its limit for inodes with every growth: it stays what it was.
private func growXFS(_ root: Descriptor, _ partitionBytes: UInt64) throws(SystemCallError) {
    var geometry = martlet_xfs_geometry()
    try root.ioctl("ioctl(XFS_IOC_FSGEOMETRY_V1)", MARTLET_XFS_IOC_FSGEOMETRY_V1, &geometry)
    let blocks = geometry.blocksize > 0 ? partitionBytes / UInt64(geometry.blocksize) : 0
    // The kernel takes no length below the present one.
    guard blocks > geometry.datablocks else { return }
    var growth = martlet_xfs_growth(newblocks: blocks, imaxpct: geometry.imaxpct)
    try root.ioctl("ioctl(XFS_IOC_FSGROWFSDATA)", MARTLET_XFS_IOC_FSGROWFSDATA, &growth)
}
