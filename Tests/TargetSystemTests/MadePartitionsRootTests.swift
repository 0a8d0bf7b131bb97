import BootEntries
import LinuxSystem
import Testing

@testable import TargetSystem

/// The host need not have a driver for FAT; an ext4 file system is mounted the same way.
@Suite(.serialized) struct `Partitions made around a system as Root` {
    private func tree() throws -> Scratch {
        let tree = try Scratch()
        try tree.write("PRETTY_NAME=\"Tiny Linux\"\nID=tiny\n", to: "etc/os-release")
        try tree.write("LABEL=other /boot/efi vfat\n", to: "etc/fstab")
        try tree.write("kernel", to: "boot/vmlinuz-6.1")
        try tree.write("initrd", to: "boot/initrd.img-6.1")
        try tree.write("root=/dev/x ro quiet", to: "etc/kernel/cmdline")
        try tree.write("loader", to: "usr/lib/loader.efi")
        try tree.link("usr/lib/out", to: "/../../etc")
        return tree
    }

    @Test func `are in its fstab, and its loader and kernel on the EFI system partition`() throws {
        let image = try LoopImage(2, tree: try tree())
        let system = try LoopImage(1)
        let scratch = try Scratch()
        let place = "\(scratch.path)/newroot"
        let root = try MountedRoot.mount(image.partition, among: [], at: place, loadModule: noModules)
        let report = try root.enter(systemPartition: system.partition)
        #expect(report.written == ["/etc/fstab"])
        #expect(root.menuDirectory == ("/boot/grub", false))
        let partition = try SystemPartition.open(
            system.partition, of: root, at: "\(scratch.path)/esp", loadModule: noModules)
        try partition.copy("/usr/lib/loader.efi", of: root.directory, to: "/EFI/tiny/loader.efi")
        try partition.write("text\n", to: "/EFI/tiny/loader.cfg")
        #expect(throws: TargetSystemError.self) { try partition.copy("/usr/lib/none", of: root.directory, to: "/x") }
        #expect(try root.copyKernel(to: partition, in: "/EFI/tiny", entry: "tiny") == "Tiny Linux")
        try partition.close()
        try root.unmount()

        // Mounted anew, it finds the partition by its own table.
        let again = try MountedRoot.mount(
            image.partition, among: [image.partition, system.partition], at: place, loadModule: noModules)
        #expect(again.warnings.isEmpty)
        let fstab = try again.directory.read("/etc/fstab")
        #expect(
            String(decoding: fstab, as: UTF8.self)
                == "UUID=\(system.uuid) /boot/efi vfat\nUUID=\(image.uuid) / ext4 defaults 0 1\n")
        let files = ["EFI/tiny/loader.efi", "EFI/tiny/loader.cfg", "EFI/tiny/linux", "EFI/tiny/initrd0"]
        let texts = files.map { again.directory.text("/boot/efi/\($0)") }
        #expect(texts == ["loader", "text\n", "kernel", "initrd"])
        let entry = LoaderEntry(
            fileName: "tiny.conf", text: again.directory.text("/boot/efi/loader/entries/tiny.conf") ?? "")
        #expect(entry.kernel == "/EFI/tiny/linux" && entry.initrds == ["/EFI/tiny/initrd0"])
        #expect(entry.options == "root=/dev/x ro quiet")
        try again.unmount()
    }
}
