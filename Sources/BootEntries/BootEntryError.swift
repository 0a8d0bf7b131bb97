import Diagnostics

/// An installed boot loader configuration that does not tell which kernel to boot.
public enum BootEntryError: ExplainedError, Equatable {
    /// The configuration is not there or not readable.
    case unreadable(BootPath)
    /// The configuration offers no menu entry.
    case emptyMenu(BootPath)
    /// The default entry starts something else than a Linux kernel.
    case notLinux(title: String, instead: String)
    /// The configuration repeats or nests itself without end, or is larger than any real one.
    case tooComplex(BootPath, limit: String)

    /// One sentence without a final full stop.
    public var description: String {
        switch self {
        case .unreadable(let path): "the boot loader configuration \(path) cannot be read"
        case .emptyMenu(let path): "the boot loader configuration \(path) has no menu entry"
        case .notLinux(let title, let instead):
            "the default boot entry \"\(title)\" starts no Linux kernel: it \(instead)"
        case .tooComplex(let path, let limit):
            "the boot loader configuration \(path) was not followed to its end: it exceeds \(limit)"
        }
    }

    /// What to try.
    public var advice: String {
        switch self {
        case .unreadable, .emptyMenu: "run update-grub (or grub2-mkconfig) when the image is built"
        case .notLinux: "choose a Linux entry with GRUB_DEFAULT when the image is built, or set HANDOVER=reboot"
        case .tooComplex: "set HANDOVER=reboot, so that the firmware starts the installed boot loader"
        }
    }
}
