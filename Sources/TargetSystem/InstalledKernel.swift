import BootEntries
import Glibc
import LinuxSystem

/// The kernel that the installed system boots by default, with its files open.
///
/// The files keep the root busy: let go of this value before `MountedRoot.unmount`.
public struct InstalledKernel: Sendable {
    /// The kernel's image, open for reading.
    public let kernel: Descriptor
    /// The initial RAM disks in order, open for reading.
    public let initrds: [Descriptor]
    /// The kernel's arguments as the installed boot loader would pass them; see `KernelCommandLine.compose`.
    public let arguments: String
    /// The menu entry's title, or the kernel's path where no menu was found.
    public let title: String
    /// The boot loader configuration that named it, as a path of the installed system.
    public let source: String
    /// What was assumed on the way, one sentence each.
    public let notes: [String]
}

extension MountedRoot {
    private static let grubConfigurations = ["/boot/grub/grub.cfg", "/boot/grub2/grub.cfg"]
    private static let systemPartitions = ["/boot/efi", "/efi", "/boot"]

    /// Finds what the installed boot loader would boot: by its GRUB configuration (also one on the EFI system partition),
    /// else by Boot Loader Specification entries, else the newest kernel in `/boot`.
    ///
    /// - Throws: `noKernel`, with the reason for each place that was looked at. A default entry that is not Linux is such
    ///   a reason, and then nothing else is tried: the owner of the image wants something else to boot.
    public func installedKernel() throws(TargetSystemError) -> InstalledKernel {
        let files = InstalledBootFiles(self)
        var reasons: [String] = []
        for configuration in grubConfigurations() {
            do throws(BootEntryError) {
                let entry = try GRUBConfiguration.defaultEntry(of: files.bootPath(configuration), files: files)
                if let kernel = open(entry, from: configuration, files, &reasons) { return kernel }
            } catch {
                reasons.append(error.description)
                if case .notLinux = error { throw .noKernel(reasons: reasons) }
            }
        }
        for place in Self.systemPartitions where directory.status("\(place)/loader/entries")?.isDirectory == true {
            do throws(BootEntryError) {
                let entry = try LoaderEntries.defaultEntry(in: files.bootPath(place), files: files)
                if let kernel = open(entry, from: "\(place)/loader/entries", files, &reasons) { return kernel }
            } catch {
                reasons.append(error.description)
            }
        }
        if let entry = newestKernel(files), let kernel = open(entry, from: "/boot", files, &reasons) { return kernel }
        throw .noKernel(reasons: reasons)
    }

    private func grubConfigurations() -> [String] {
        let onSystemPartition = ["/boot/efi/EFI", "/efi/EFI"].flatMap { folder in
            ((try? directory.list(folder)) ?? []).map { "\(folder)/\($0)/grub.cfg" }
        }
        return (Self.grubConfigurations + onSystemPartition).filter { directory.status($0)?.isRegular == true }
    }

    private func newestKernel(_ files: InstalledBootFiles) -> BootEntry? {
        guard let names = try? directory.list("/boot"), let newest = KernelFiles.newest(among: names) else {
            return nil
        }
        let line = directory.text("/etc/kernel/cmdline")?.split(whereSeparator: \.isNewline).joined(separator: " ")
        let root =
            partition.fileSystem.map { "root=UUID=\($0.uuid) ro" } ?? "root=PARTUUID=\(partition.partitionUUID) ro"
        return BootEntry(
            title: "/boot/\(newest.kernel)", kernel: files.bootPath("/boot/\(newest.kernel)"),
            initrds: newest.initrd.map { [files.bootPath("/boot/\($0)")] } ?? [], arguments: line ?? root,
            notes: ["no boot loader configuration was usable, so the newest kernel in /boot was taken"])
    }

    private func open(
        _ entry: BootEntry, from source: String, _ files: InstalledBootFiles, _ reasons: inout [String]
    ) -> InstalledKernel? {
        var opened: [Descriptor] = []
        for path in [entry.kernel] + entry.initrds {
            guard let file = files.open(path) else {
                reasons.append("\(source) names \(path), which is not there")
                return nil
            }
            opened.append(file)
        }
        guard let kernel = opened.first else { return nil }
        return InstalledKernel(
            kernel: kernel, initrds: Array(opened.dropFirst()), arguments: entry.arguments, title: entry.title,
            source: source, notes: reasons + entry.notes)
    }
}
