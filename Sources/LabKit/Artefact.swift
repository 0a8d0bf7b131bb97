import Foundation

/// A file the lab needs and does not make: its path, and the command that makes it.
public struct Artefact: Sendable {
    private let location: String
    private let remedy: String

    /// The lab's kernel: Debian's cloud kernel.
    public static let kernel = Artefact("vmlinuz", "make initrd")
    /// The initramfs for `kernel`.
    public static let initramfs = Artefact("initramfs.img", "make initrd")
    /// The product's kernel: every server's network card and disk controller.
    public static let serverKernel = Artefact("vmlinuz-server", "make initrd")
    /// The initramfs for `serverKernel`.
    public static let serverInitramfs = Artefact("initramfs-server.img", "make initrd")
    /// The bootable ISO image with the server kernel.
    public static let iso = Artefact("martlet.iso", "make iso")
    /// The Debian disk image as zstd; its checksum lies beside it.
    public static let debianImage = Artefact("images/debian.raw.zst", "make images")
    /// The SHA-256 of the decompressed Debian image, as sha256sum(1) prints it.
    public static let debianChecksum = Artefact("images/debian.raw.sha256", "make images")
    /// The guest with Fedora's layout, as zstd.
    public static let fedoraImage = Artefact("images/fedora.raw.zst", "make images")
    /// OVMF's code, without Secure Boot.
    static let ovmfCode = Artefact("/usr/share/OVMF/OVMF_CODE_4M.fd", "apt-get install ovmf")
    /// OVMF's empty variable store.
    static let ovmfVariables = Artefact("/usr/share/OVMF/OVMF_VARS_4M.fd", "apt-get install ovmf")

    /// The tiny guest's disk image: `raw` as such, `zst`, `gz` and `xz` compressed.
    public static func tinyImage(_ format: String) -> Artefact {
        Artefact("images/tiny.raw" + (format == "raw" ? "" : ".\(format)"), "make images")
    }

    /// A file below `out/`, or at an absolute path.
    public init(_ location: String, _ remedy: String) {
        self.location = location
        self.remedy = remedy
    }

    /// Where the file lies.
    ///
    /// - Throws: `LabFailure` that names the command to run when it is not there.
    public var path: String {
        get throws {
            let path = location.hasPrefix("/") ? location : "\(Self.outputDirectory)/\(location)"
            guard FileManager.default.fileExists(atPath: path) else {
                throw LabFailure("\(path) is not there", advice: "run `\(remedy)` first")
            }
            return path
        }
    }

    /// The file's text.
    public var text: String {
        get throws { try String(contentsOfFile: path, encoding: .utf8) }
    }

    /// The package's `out/`: beside the Package.swift that is nearest above the current directory; the environment's
    /// `MARTLET_OUT` overrules.
    public static var outputDirectory: String {
        if let directory = ProcessInfo.processInfo.environment["MARTLET_OUT"] { return directory }
        var directory = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
        while directory.path != "/" {
            if FileManager.default.fileExists(atPath: directory.appendingPathComponent("Package.swift").path) { break }
            directory.deleteLastPathComponent()
        }
        return directory.appendingPathComponent("out").path
    }
}
