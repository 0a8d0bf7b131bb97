import BootEntries
import Glibc
import LinuxSystem

/// What `/etc/fstab` of an installed system says once partitions were made around it. Pure: text in, text out, and the
/// same text when all is there already.
struct MadePartitions {
    /// The root.
    let root: TargetPartition
    /// The EFI system partition.
    let system: TargetPartition

    /// Where an installed system may have its EFI system partition; the first where it says nothing.
    static let systemPlaces = ["/boot/efi", "/efi"]

    /// Where the EFI system partition belongs by this table.
    static func systemPlace(in table: String) -> String {
        FileSystemTableEntry.parse(table).map(\.mountPoint).first(where: systemPlaces.contains) ?? systemPlaces[0]
    }

    /// The table with both partitions in it, each by its UUID.
    ///
    /// The line of the root stays when it names the file system itself; a device, or a partition of the disk that the
    /// image came from, tells nothing here.
    func table(_ text: String) -> String {
        var hasRoot = false
        var hasSystem = false
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            guard let entry = FileSystemTableEntry.parse(String(line)).first else { return String(line) }
            if entry.mountPoint == "/" {
                hasRoot = true
                return entry.namesFileSystem(of: root) ? String(line) : Self.naming(root, in: line)
            }
            guard Self.systemPlaces.contains(entry.mountPoint) else { return String(line) }
            defer { hasSystem = true }
            // At two places it would be one too many, and nothing else is there.
            return hasSystem ? "# \(line)" : Self.naming(system, in: line)
        }
        if lines.last == "" { lines.removeLast() }
        if !hasRoot {
            let type = root.fileSystem?.type ?? "auto"
            lines.append("\(Self.source(of: root)) / \(type) defaults 0 \(type.hasPrefix("ext") ? 1 : 0)")
        }
        if !hasSystem {
            lines.append("\(Self.source(of: system)) \(Self.systemPlaces[0]) vfat umask=0077,nofail 0 2")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func source(of partition: TargetPartition) -> String {
        "UUID=\(partition.fileSystem?.uuid ?? "")"
    }

    private static func naming(_ partition: TargetPartition, in line: Substring) -> String {
        let blanks = line.prefix(while: \.isWhitespace)
        return blanks + source(of: partition) + line.dropFirst(blanks.count).drop { !$0.isWhitespace }
    }
}

extension FileSystemTableEntry {
    /// Whether the source is a UUID or a label, and that of this partition's file system.
    func namesFileSystem(of partition: TargetPartition) -> Bool {
        Self.partitionNumber(ofDevice: source) == nil && self.partition(among: [partition]) != nil
    }
}

extension MountedRoot {
    /// Enters the root and an EFI system partition, which were made around this system, into its `/etc/fstab`.
    ///
    /// - Throws: `fileFailed`.
    public func enter(systemPartition: TargetPartition) throws(TargetSystemError) -> SeedReport {
        var editor = RootEditor(directory)
        let made = MadePartitions(root: partition, system: systemPartition)
        let path = "/etc/fstab"
        if try !editor.editText(path, made.table) { try editor.write(made.table(""), to: path) }
        let place = MadePartitions.systemPlace(in: directory.text(path) ?? "")
        try editor.attempt("making the directory \(place)") { () throws(SystemCallError) in
            try directory.makeDirectories(place)
        }
        return editor.report
    }

    /// The directory of GRUB's menu as GRUB names it on the root's file system: `/boot/grub`, `/boot/grub2`, or below the
    /// subvolume of a btrfs. `hasMenu`: whether a menu is in it by now.
    public var menuDirectory: (path: String, hasMenu: Bool) {
        let folders = ["/boot/grub", "/boot/grub2"]
        let withMenu = folders.first { directory.status("\($0)/grub.cfg")?.isRegular == true }
        let folder = withMenu ?? folders.first { directory.status($0)?.isDirectory == true } ?? folders[0]
        let subvolume = mountsByDepth.last?.subvolume ?? ""
        return ((subvolume.isEmpty ? "" : "/\(subvolume)") + folder, withMenu != nil)
    }

    /// Copies the installed kernel and its initial RAM disks to an EFI system partition, with an entry of the Boot Loader
    /// Specification: for a loader that reads no other file system.
    ///
    /// - Parameter directory: where they go on the partition, such as `/EFI/debian`.
    /// - Returns: the entry's title.
    /// - Throws: `noKernel`, `fileFailed`.
    public func copyKernel(
        to systemPartition: SystemPartition, in directory: String, entry identifier: String
    ) throws(TargetSystemError) -> String {
        let kernel = try installedKernel()
        try systemPartition.copy(kernel.kernel, to: "\(directory)/linux")
        var text = "title \(osRelease.prettyName)\nlinux \(directory)/linux\n"
        for (number, initrd) in kernel.initrds.enumerated() {
            try systemPartition.copy(initrd, to: "\(directory)/initrd\(number)")
            text += "initrd \(directory)/initrd\(number)\n"
        }
        try systemPartition.write(
            text + "options \(kernel.arguments)\n", to: "/loader/entries/\(identifier).conf")
        return osRelease.prettyName
    }
}
