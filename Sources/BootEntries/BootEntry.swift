/// What an installed system boots: a kernel, its initial RAM disks and its command line.
public struct BootEntry: Equatable, Sendable {
    /// The menu's title, such as `Debian GNU/Linux`.
    public let title: String
    /// The entry's identifier, empty when it has none.
    public let identifier: String
    /// The kernel.
    public let kernel: BootPath
    /// The initial RAM disks in the order in which they are to be concatenated; none is legal.
    public let initrds: [BootPath]
    /// The kernel's arguments as the boot loader would pass them, without `BOOT_IMAGE=`.
    public let arguments: String
    /// What had to be assumed or passed over while the configuration was read, one sentence each.
    public let notes: [String]

    /// An entry from its parts.
    public init(
        title: String, identifier: String = "", kernel: BootPath, initrds: [BootPath], arguments: String,
        notes: [String] = []
    ) {
        self.title = title
        self.identifier = identifier
        self.kernel = kernel
        self.initrds = initrds
        self.arguments = arguments
        self.notes = notes
    }
}
