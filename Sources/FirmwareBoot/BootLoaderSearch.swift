import BootEntries
import PartitionTable

/// Finds the program that the firmware is to start, on an EFI system partition.
public struct BootLoaderSearch {
    /// The most directories and files of one kind that are looked at.
    private static let most = 64
    /// Directories below `EFI` that are nobody's own.
    private static let shared = ["boot", "linux", "systemd"]

    private let names: (String) -> [String]
    private let suffix: String

    /// A search.
    ///
    /// - Parameters:
    ///   - names: what is in a directory of the partition, by a path such as `/EFI/debian`; empty when there is none.
    public init(architecture: Architecture = .current, names: @escaping (String) -> [String]) {
        // The names come from the image. These are shown on consoles, and a backslash would be another path to firmware.
        self.names = { directory in
            names(directory).filter { name in
                !name.unicodeScalars.contains { $0 == "\\" || $0.properties.generalCategory == .control }
            }
        }
        suffix =
            switch architecture {
            case .x8664: "x64"
            case .arm64: "aa64"
            }
    }

    /// The loader: that of the vendor, shim before GRUB; else systemd-boot; else the newest unified kernel image; else the
    /// fallback path (UEFI specification 3.5.1.1).
    ///
    /// - Parameter vendor: whose directory it is when several have one, such as os-release's `ID`.
    /// - Returns: `nil` when there is none, or only those of several vendors that are not this one.
    public func find(vendor: String) -> BootLoader? {
        guard let efi = child("EFI", of: "") else { return nil }
        let vendors = names(efi).sorted().prefix(Self.most)
            .filter { !Self.shared.contains($0.lowercased()) }
            .compactMap { name in vendorLoader(in: "\(efi)/\(name)").map { (name: name, loader: $0) } }
        let chosen = vendors.first { $0.name.lowercased() == vendor.lowercased() }
        if let loader = chosen ?? (vendors.count == 1 ? vendors.first : nil) { return loader.loader }
        if let directory = child("systemd", of: efi), let file = child("systemd-boot\(suffix).efi", of: directory) {
            return BootLoader(kind: .systemdBoot, file: file)
        }
        if let directory = child("Linux", of: efi), let newest = newestKernel(in: directory) {
            return BootLoader(kind: .unifiedKernel, file: newest)
        }
        return fallback.map { BootLoader(kind: .fallback, file: $0) }
    }

    /// What to copy so that firmware without any boot entry starts a loader, the loader last: it may be started only once
    /// its companions are there. Nothing when the fallback path has a loader already, whatever that is.
    public func fallbackCopies(of loader: BootLoader) -> [FileCopy] {
        guard fallback == nil else { return [] }
        let companions = loader.companions.map { file in
            FileCopy(source: file, destination: "\(fallbackDirectory)/\(file.split(separator: "/").last ?? "")")
        }
        return companions + [FileCopy(source: loader.file, destination: "\(fallbackDirectory)/\(fallbackName)")]
    }

    /// The file that firmware without any boot entry starts, if it is there.
    private var fallback: String? {
        child("EFI", of: "").flatMap { child("BOOT", of: $0) }.flatMap { child(fallbackName, of: $0) }
    }

    private var fallbackDirectory: String { "/EFI/BOOT" }
    private var fallbackName: String { "BOOT\(suffix.uppercased()).EFI" }

    /// Shim starts the GRUB beside it; alone it is of no use.
    private func vendorLoader(in directory: String) -> BootLoader? {
        guard let grub = child("grub\(suffix).efi", of: directory) else { return nil }
        guard let shim = child("shim\(suffix).efi", of: directory) else { return BootLoader(kind: .grub, file: grub) }
        let companions = [grub] + ["mm\(suffix).efi"].compactMap { child($0, of: directory) }
        return BootLoader(kind: .shim, file: shim, companions: companions)
    }

    private func newestKernel(in directory: String) -> String? {
        names(directory).filter { $0.lowercased().hasSuffix(".efi") }.prefix(Self.most)
            .max { VersionOrder.compare($0, $1) < 0 }
            .map { "\(directory)/\($0)" }
    }

    /// A file or directory by its name in any case: FAT ignores case, but not everything that may be mounted here does.
    private func child(_ name: String, of directory: String) -> String? {
        names(directory).first { $0.lowercased() == name.lowercased() }.map { "\(directory)/\($0)" }
    }
}

/// A file to copy, by paths on one file system.
public struct FileCopy: Equatable, Sendable {
    /// What to copy.
    public let source: String
    /// What the copy is called.
    public let destination: String
}

/// A program for the firmware to start.
public struct BootLoader: Equatable, Sendable {
    /// What it is.
    public enum Kind: String, Sendable {
        /// The first stage of a signed chain, which starts the GRUB beside it.
        case shim
        /// GRUB.
        case grub = "GRUB"
        /// systemd-boot.
        case systemdBoot = "systemd-boot"
        /// A kernel with its initrd and command line.
        case unifiedKernel = "unified kernel image"
        /// What lies at the fallback path.
        case fallback = "fallback loader"
    }

    /// What it is.
    public let kind: Kind
    /// Where it is on the partition, such as `/EFI/debian/shimx64.efi`.
    public let file: String
    /// Files that it needs beside it.
    public let companions: [String]

    init(kind: Kind, file: String, companions: [String] = []) {
        self.kind = kind
        self.file = file
        self.companions = companions
    }

    /// The same in the firmware's words: `\EFI\debian\shimx64.efi`.
    public var firmwarePath: String {
        "\\" + file.split(separator: "/").joined(separator: "\\")
    }
}
