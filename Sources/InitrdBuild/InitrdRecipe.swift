/// What an initramfs is made of.
public struct InitrdRecipe: Sendable {
    /// An unpacked kernel package, with `lib/modules/RELEASE` in it and depmod's files in that.
    public var kernelDirectory: String
    /// The kernel's release; `nil` when the package holds one only.
    public var kernelRelease: String?
    /// The lists of modules wanted.
    public var lists: [ModuleList]
    /// The executable that becomes `/init`.
    public var agent: String
    /// A static BusyBox.
    public var busybox: String
    /// The paths of BusyBox's applets, such as `bin/ls`, as `busybox --list-full` prints them.
    public var applets: [String]
    /// A static gpgv, which verifies OpenPGP signatures; `nil` for an initramfs that cannot.
    public var gpgv: String?
    /// Where firmware is looked for, like `/lib/firmware`.
    public var firmwareDirectories: [String] = []
    /// The trust anchors in PEM form that become `/etc/ssl/certs/ca-certificates.crt`; `nil` for none.
    public var certificates: String?
    /// The time of every file, in seconds since 1970 (`SOURCE_DATE_EPOCH`).
    public var modificationTime: UInt32 = 0
    /// 1 (fast) to 19 (small).
    public var compressionLevel: Int32 = 19

    /// The parts that no initramfs goes without.
    public init(
        kernelDirectory: String, lists: [ModuleList], agent: String, busybox: String, applets: [String]
    ) {
        self.kernelDirectory = kernelDirectory
        self.lists = lists
        self.agent = agent
        self.busybox = busybox
        self.applets = applets
    }
}
