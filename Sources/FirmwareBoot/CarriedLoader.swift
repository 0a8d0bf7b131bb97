import PartitionTable

/// The boot loader that a system without an EFI system partition of its own has in its packages, and what of it goes where
/// on one that is new.
public struct CarriedLoader: Equatable, Sendable {
    /// What it is.
    public let kind: BootLoader.Kind
    /// From the system to the partition, the loader last.
    public let copies: [FileCopy]
    /// Where on the partition GRUB may look for its first configuration; none for another loader.
    public let configurations: [String]

    /// GRUB's first configuration: it goes on with the menu that the system has.
    ///
    /// - Parameters:
    ///   - rootUUID: of the file system with the menu.
    ///   - menu: the directory of the menu on it, such as `/boot/grub`.
    public static func configuration(rootUUID: String, menu: String) -> String {
        """
        search.fs_uuid \(rootUUID) root
        set prefix=($root)'\(menu)'
        configfile $prefix/grub.cfg

        """
    }
}

/// Finds the loader that a system carries.
public struct CarriedLoaderSearch {
    /// The most files of a prepared directory, and directories within each other.
    private static let most = 256
    private static let deepest = 4
    /// Where packages of Fedora and its kin put what belongs on the partition.
    private static let prepared = ["/boot/efi", "/efi"]

    private let names: (String) -> [String]
    private let isFile: (String) -> Bool
    private let architecture: Architecture

    /// A search.
    ///
    /// - Parameters:
    ///   - names: what is in a directory of the system; empty when there is none.
    ///   - isFile: whether a path of the system is a regular file.
    public init(
        architecture: Architecture = .current, names: @escaping (String) -> [String],
        isFile: @escaping (String) -> Bool
    ) {
        self.architecture = architecture
        self.names = names
        self.isFile = isFile
    }

    /// The loader: what is prepared for the partition; else shim with the GRUB that it trusts; else GRUB; else
    /// systemd-boot, which needs a kernel beside it.
    ///
    /// - Parameters:
    ///   - vendor: os-release's `ID`.
    ///   - kin: os-release's `ID_LIKE`: a derivative may have the GRUB of the distribution that it is made from.
    public func find(vendor: String, kin: [String]) -> CarriedLoader? {
        for place in Self.prepared {
            let search = BootLoaderSearch(architecture: architecture) { names(place + $0) }
            guard let loader = search.find(vendor: vendor) else { continue }
            return carried(loader, in: place)
        }
        let vendors = ([vendor] + kin).filter(Self.isPlain)
        let home = "/EFI/\(vendors.first ?? "linux")"
        func existing(_ name: String, in directory: String) -> String? {
            [name + ".signed", name].map { "\(directory)/\($0)" }.first(where: isFile)
        }
        func copy(_ source: String, _ name: String) -> FileCopy {
            FileCopy(source: source, destination: "\(home)/\(name)")
        }
        let configurations = (vendors.isEmpty ? ["linux"] : vendors).map { "/EFI/\($0)/grub.cfg" }
        let platform = architecture == .x8664 ? "x86_64-efi" : "arm64-efi"
        let (grub, shim, manager) = ("grub\(suffix).efi", "shim\(suffix).efi", "mm\(suffix).efi")
        if let first = existing(shim, in: "/usr/lib/shim"),
            let second = ["/usr/lib/grub/\(platform)-signed/\(grub).signed"].first(where: isFile)
        {
            let companion = existing(manager, in: "/usr/lib/shim").map { copy($0, manager) }
            return CarriedLoader(
                kind: .shim, copies: [copy(second, grub)] + (companion.map { [$0] } ?? []) + [copy(first, shim)],
                configurations: configurations)
        }
        let plain = ["/usr/lib/grub/\(platform)-signed/\(grub).signed", "/usr/lib/grub/\(platform)/monolithic/\(grub)"]
        if let source = plain.first(where: isFile) {
            return CarriedLoader(kind: .grub, copies: [copy(source, grub)], configurations: configurations)
        }
        let name = "systemd-boot\(suffix).efi"
        guard let source = existing(name, in: "/usr/lib/systemd/boot/efi") else { return nil }
        return CarriedLoader(
            kind: .systemdBoot, copies: [FileCopy(source: source, destination: "/EFI/systemd/\(name)")],
            configurations: [])
    }

    private var suffix: String { architecture == .x8664 ? "x64" : "aa64" }

    /// All that is prepared, with the loader itself last.
    private func carried(_ loader: BootLoader, in place: String) -> CarriedLoader {
        let files = files(below: place + "/EFI").prefix(Self.most).map {
            FileCopy(source: $0, destination: String($0.dropFirst(place.utf8.count)))
        }
        let ordered = files.filter { $0.destination != loader.file } + files.filter { $0.destination == loader.file }
        let home = loader.file.split(separator: "/").dropLast().joined(separator: "/")
        let isGRUB = [.shim, .grub].contains(loader.kind)
        return CarriedLoader(
            kind: loader.kind, copies: ordered, configurations: isGRUB ? ["/\(home)/grub.cfg"] : [])
    }

    /// Level by level, so that the bound cuts off what lies deepest.
    private func files(below directory: String) -> [String] {
        var found: [String] = []
        var level = [directory]
        for _ in 0..<Self.deepest {
            let paths = level.flatMap { above in names(above).prefix(Self.most).map { "\(above)/\($0)" } }
            found += paths.filter(isFile)
            level = Array(paths.filter { !isFile($0) }.prefix(Self.most))
        }
        return found
    }

    /// FAT takes it as it is, and nothing else is meant by it.
    private static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 32
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-_".utf8.contains(byte)
            }
    }
}
