/// What the decompressed bytes of an image are, as its first bytes tell.
public enum DiskImageFormat: Hashable, Sendable, CaseIterable {
    /// A whole disk as it is, with an MBR or a GPT.
    case rawDisk
    /// QEMU's copy-on-write format, version 2 and 3; what is in it must be a raw disk.
    case qcow2
    /// VMware's sparse extents or a descriptor that names them.
    case vmdk
    /// Microsoft's virtual hard disk with a dynamic header.
    case vhd
    /// Its successor.
    case vhdx
    /// VirtualBox's disk image.
    case vdi
    /// A CD or DVD, also one that can be copied to a USB stick.
    case iso9660
    /// A file system without a partition around it.
    case fileSystem(FileSystem)
    /// A LUKS container.
    case luks
    /// An LVM physical volume without a partition around it.
    case lvm
    /// An archive.
    case archive(Archive)
    /// Compressed: what is asked about was decompressed already.
    case compressed(Compression)
    /// A page or another text.
    case text
    /// Zeros, or nothing known.
    case unknown

    /// File systems that are recognised.
    public enum FileSystem: String, Sendable, CaseIterable {
        case ext4, xfs, btrfs, squashfs, vfat, ntfs

        /// Whether an installed system's root can be on it.
        public var canHoldRoot: Bool { [.ext4, .xfs, .btrfs].contains(self) }
    }

    /// Archives and compressed files that Martlet does not read.
    public enum Archive: String, Sendable, CaseIterable {
        case tar, zip, cpio, lzip
        case sevenZip = "7z"
    }

    /// Compressions in which an image comes, but not two of them around each other.
    public enum Compression: String, Sendable, CaseIterable {
        case gzip, xz, zstd, lz4, bzip2
    }

    /// All formats.
    public static let allCases: [DiskImageFormat] =
        [.rawDisk, .qcow2, .vmdk, .vhd, .vhdx, .vdi, .iso9660, .luks, .lvm, .text, .unknown]
        + FileSystem.allCases.map { .fileSystem($0) } + Archive.allCases.map { .archive($0) }
        + Compression.allCases.map { .compressed($0) }

    /// As many first bytes as recognition can need: btrfs has its superblock 64 KiB into the volume.
    public static let headLength = 68 << 10
}

/// What an image is to be, by IMAGE_MODE.
public enum ImageContent: Hashable, Sendable {
    /// A disk with its partition table.
    case wholeDisk
    /// A bare file system with a root.
    case fileSystem
}
