/// Which file system a boot path lies on, as an installed boot loader configuration names it.
public enum BootDevice: Hashable, Sendable {
    /// By the file system's UUID: GRUB's `search --fs-uuid`.
    case fileSystemUUID(String)
    /// By the file system's label: GRUB's `search --label`.
    case label(String)
    /// The file system that holds this path: GRUB's `search --file`.
    case holding(String)
    /// By its number in the partition table of the disk that boots: GRUB's `hd0,gpt2`.
    case partition(Int)
    /// A name that only the boot loader understands, such as `lvm/vg-root`.
    case named(String)

    /// The form in which a GRUB variable carries it through an evaluation.
    var token: String {
        switch self {
        case .fileSystemUUID(let uuid): "uuid=\(uuid)"
        case .label(let label): "label=\(label)"
        case .holding(let path): "file=\(path)"
        case .partition(let number): "gpt\(number)"
        case .named(let name): name
        }
    }

    /// Reads a token back, or a GRUB device name: `hd0,gpt2`, `hd0,msdos1`, `hd0,2`. `nil` for an empty text.
    init?(token: String) {
        guard !token.isEmpty else { return nil }
        if let equals = token.firstIndex(of: "=") {
            let value = String(token[token.index(after: equals)...])
            switch token[..<equals] {
            case "uuid": self = .fileSystemUUID(value)
            case "label": self = .label(value)
            case "file": self = .holding(value)
            default: self = .named(token)
            }
            return
        }
        let last = token.split(separator: ",").last ?? ""
        let digits = last.drop { !$0.isASCII || !$0.isNumber }
        let kind = last.prefix { !($0.isASCII && $0.isNumber) }
        if ["", "gpt", "msdos"].contains(kind), let number = Int(digits) {
            self = .partition(number)
        } else {
            self = .named(token)
        }
    }
}

/// A file that a boot loader reads: a path that counts from the root of one file system.
///
/// On a machine with a separate `/boot` the paths are relative to that file system: the kernel is `/vmlinuz-6.1`, not
/// `/boot/vmlinuz-6.1`.
public struct BootPath: Hashable, Sendable, CustomStringConvertible {
    /// The file system; `nil` when the configuration does not say.
    public let device: BootDevice?
    /// An absolute path within it.
    public let path: String

    /// A path on a file system.
    public init(device: BootDevice?, path: String) {
        self.device = device
        self.path = path.hasPrefix("/") ? path : "/\(path)"
    }

    /// Reads `(hd0,gpt2)/boot/vmlinuz` or `/boot/vmlinuz`; the latter lies on the default device.
    init(_ text: String, defaultDevice: BootDevice?) {
        if text.hasPrefix("("), let close = text.firstIndex(of: ")") {
            let name = text[text.index(after: text.startIndex)..<close]
            self.init(device: BootDevice(token: String(name)), path: String(text[text.index(after: close)...]))
        } else {
            self.init(device: defaultDevice, path: text)
        }
    }

    /// GRUB's notation.
    public var description: String {
        if let device { "(\(device.token))\(path)" } else { path }
    }

    /// A file in this directory.
    func appending(_ name: String) -> BootPath {
        BootPath(device: device, path: path.hasSuffix("/") ? path + name : "\(path)/\(name)")
    }

    /// The directory that holds this file.
    var directory: BootPath {
        let components = path.split(separator: "/")
        return BootPath(device: device, path: "/" + components.dropLast().joined(separator: "/"))
    }
}
