/// One file of a newc archive, as the kernel's initramfs unpacker understands it
/// (Documentation/driver-api/early-userspace/buffer-format.rst).
public struct CPIOEntry: Equatable, Sendable {
    /// What kind of file it is, and what it holds.
    public enum Content: Equatable, Sendable {
        /// A regular file and its bytes.
        case file([UInt8])
        /// A directory.
        case directory
        /// A symbolic link and its target.
        case symbolicLink(String)
        /// A character device node.
        case characterDevice(major: UInt32, minor: UInt32)
        /// A block device node.
        case blockDevice(major: UInt32, minor: UInt32)
        /// A named pipe.
        case pipe
        /// A UNIX socket.
        case socket
    }

    /// The path, without a leading slash; `.` is the root itself.
    public var path: String
    /// Kind and content.
    public var content: Content
    /// The twelve low bits of the mode: rwx three times, set-user-ID, set-group-ID, sticky.
    public var permissions: UInt32
    /// Numeric owner.
    public var owner: UInt32
    /// Numeric group.
    public var group: UInt32
    /// Seconds since 1970.
    public var modificationTime: UInt32
    /// The inode number. Entries of one archive with equal numbers and a link count above 1 are one file with several
    /// names; the body stands with one of them. `nil` asks the writer to number the entry itself.
    public var inode: UInt32?
    /// How many names the file has.
    public var linkCount: UInt32

    /// An entry owned by root. `permissions` `nil` means 0755 for directories, 0777 for links, 0644 for the rest.
    public init(
        path: String, content: Content, permissions: UInt32? = nil, owner: UInt32 = 0, group: UInt32 = 0,
        modificationTime: UInt32 = 0, inode: UInt32? = nil, linkCount: UInt32 = 1
    ) {
        self.path = path
        self.content = content
        self.owner = owner
        self.group = group
        self.modificationTime = modificationTime
        self.inode = inode
        self.linkCount = linkCount
        self.permissions =
            switch content {
            case .directory: permissions ?? 0o755
            case .symbolicLink: permissions ?? 0o777
            default: permissions ?? 0o644
            }
    }

    /// Whether the entry is a directory.
    public var isDirectory: Bool { content == .directory }
}

/// The constants of the format.
enum NewcFormat {
    static let magic = Array("070701".utf8)
    /// `070702`: the same header with a checksum of the body, which the kernel does not check either.
    static let checksumMagic = Array("070702".utf8)
    static let headerSize = 110
    static let trailerName = "TRAILER!!!"
    /// The longest name or link target, with its NUL, that the kernel does not silently skip (PATH_MAX).
    static let longestName = 4096
    static let typeMask: UInt32 = 0o170000
    static let pipe: UInt32 = 0o010000
    static let characterDevice: UInt32 = 0o020000
    static let directory: UInt32 = 0o040000
    static let blockDevice: UInt32 = 0o060000
    static let file: UInt32 = 0o100000
    static let symbolicLink: UInt32 = 0o120000
    static let socket: UInt32 = 0o140000

    /// Bytes to add to `length` for a multiple of four.
    static func padding(after length: Int) -> Int { (4 - length % 4) % 4 }
}
