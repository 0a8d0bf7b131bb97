import CPIOArchive
import KernelModules
import LinuxSystem

/// An initramfs ready to be written: bytes and what they hold.
public struct Initrd: Sendable {
    /// The zstd frame, padded with zeros to a multiple of four bytes so that an overlay can follow.
    public let bytes: [UInt8]
    /// The kernel's release.
    public let kernelRelease: String
    /// The modules in it.
    public let selection: ModuleSelection
    /// Bytes of the archive before compression.
    public let unpackedSize: Int
    /// Firmware files in it, by name.
    public let firmware: [String]
    /// Firmware files that modules name and no directory has, each with those modules.
    public let missingFirmware: [String: [String]]

    /// BusyBox applets that would take PID 1's place or name.
    private static let excludedApplets: Set<String> = ["init", "linuxrc"]
    private static let largestFile = 512 << 20

    /// Builds an initramfs. The same recipe and files give the same bytes.
    public init(_ recipe: InitrdRecipe) throws(InitrdError) {
        let release = try Self.release(of: recipe)
        let modulePath = "lib/modules/\(release)"
        let sources: ModuleIndex.Sources
        do { sources = try ModuleIndex.Sources(directory: "\(recipe.kernelDirectory)/\(modulePath)") } catch {
            throw .file(error)
        }
        let index = ModuleIndex(sources)
        let selection: ModuleSelection
        do { selection = try ModuleSelection(lists: recipe.lists, index: index, release: release) } catch {
            throw .modules(error)
        }

        var tree = TreeBuilder(modificationTime: recipe.modificationTime)
        for entry in RootSkeleton.entries(modificationTime: recipe.modificationTime) { try tree.add(entry) }
        try tree.addPrograms(recipe, excluding: Self.excludedApplets)
        if let certificates = recipe.certificates {
            try tree.addFile("etc/ssl/certs/ca-certificates.crt", try Self.read(certificates))
        }
        for file in DepmodFiles(index: index, sources: sources, selection: selection).contents {
            try tree.addFile("\(modulePath)/\(file.name)", file.bytes)
        }
        var firmware = FirmwareSelection(directories: recipe.firmwareDirectories)
        for module in selection.modules {
            let path = "\(modulePath)/\(module.path)"
            let bytes = try Self.read("\(recipe.kernelDirectory)/\(path)")
            do { firmware.add(try ModuleInformation(elf: bytes), of: module) } catch {
                throw .module(path: path, error)
            }
            try tree.addFile(path, bytes)
        }
        for (name, path) in firmware.found { try tree.addFile("lib/firmware/\(name)", try Self.read(path)) }

        let archive: [UInt8]
        do { archive = try tree.tree.archive() } catch { throw .archive(error) }
        var bytes = try ZstdCompression.compress(archive, level: recipe.compressionLevel)
        while bytes.count % 4 != 0 { bytes.append(0) }
        self.bytes = bytes
        self.selection = selection
        kernelRelease = release
        unpackedSize = archive.count
        self.firmware = firmware.found.keys.sorted()
        missingFirmware = firmware.missing
    }

    static func read(_ path: String) throws(InitrdError) -> [UInt8] {
        do { return try Files.read(path, limit: largestFile) } catch { throw .file(error) }
    }

    private static func release(of recipe: InitrdRecipe) throws(InitrdError) -> String {
        if let release = recipe.kernelRelease { return release }
        let found: [String]
        do { found = try Files.list("\(recipe.kernelDirectory)/lib/modules") } catch { throw .file(error) }
        guard let only = found.first, found.count == 1 else {
            throw .release(directory: recipe.kernelDirectory, found: found)
        }
        return only
    }
}

/// A tree in which every file has the same time.
private struct TreeBuilder {
    let modificationTime: UInt32
    private(set) var tree = CPIOTree()

    init(modificationTime: UInt32) {
        self.modificationTime = modificationTime
    }

    mutating func add(_ entry: CPIOEntry) throws(InitrdError) {
        do { try tree.add(entry) } catch { throw .archive(error) }
    }

    mutating func addFile(_ path: String, _ bytes: [UInt8], permissions: UInt32 = 0o644) throws(InitrdError) {
        try add(
            CPIOEntry(
                path: path, content: .file(bytes), permissions: permissions, modificationTime: modificationTime))
    }

    mutating func addLink(_ path: String, to target: String) throws(InitrdError) {
        try add(CPIOEntry(path: path, content: .symbolicLink(target), modificationTime: modificationTime))
    }

    /// The agent as `/init` and, by links, as the `martlet` of the shell; BusyBox and its applets; gpgv.
    mutating func addPrograms(_ recipe: InitrdRecipe, excluding excluded: Set<String>) throws(InitrdError) {
        try addFile("init", try Initrd.read(recipe.agent), permissions: 0o755)
        try addFile("bin/busybox", try Initrd.read(recipe.busybox), permissions: 0o755)
        for applet in recipe.applets {
            let name = applet.split(separator: "/").last.map(String.init) ?? ""
            if name == "busybox" || excluded.contains(name) || name.isEmpty { continue }
            try addLink(applet, to: "/bin/busybox")
        }
        if let gpgv = recipe.gpgv { try addFile("usr/bin/gpgv", try Initrd.read(gpgv), permissions: 0o755) }
        for path in ["bin/martlet", "usr/bin/martlet"] { try addLink(path, to: "/init") }
    }
}
