import DeployVars
import Foundation
import LinuxSystem
import Testing

@testable import TargetSystem

/// The host has no driver for FAT; an ext4 file system is mounted the same way.
@Suite(.serialized) final class `System partition as Root` {
    private func tree() throws -> Scratch {
        let tree = try Scratch()
        try tree.write(String(repeating: "grub", count: 400_000), to: "EFI/tiny/grubx64.efi")
        try tree.link("EFI/out", to: "/etc")
        return tree
    }

    private func mountedRoot(_ partitions: [LoopImage], fstab: String, at scratch: Scratch) throws -> MountedRoot {
        let tree = try Scratch()
        try tree.write(fstab, to: "etc/fstab")
        let root = try LoopImage(2, tree: tree)
        held += [root, tree]
        return try MountedRoot.mount(
            root.partition, among: [root.partition] + partitions.map(\.partition), at: "\(scratch.path)/newroot",
            loadModule: noModules)
    }

    /// Disks live as long as the test, not as long as their last use in it.
    private var held: [AnyObject] = []

    @Test func `is mounted for a while when the installed system does not mount it`() throws {
        let image = try LoopImage(1, tree: try tree())
        let scratch = try Scratch()
        let root = try mountedRoot([image], fstab: "", at: scratch)
        let place = "\(scratch.path)/esp"
        let partition = try SystemPartition.open(image.partition, of: root, at: place, loadModule: noModules)
        #expect(partition.names(in: "") == ["EFI", "lost+found"])
        #expect(partition.names(in: "/EFI/none").isEmpty)
        try partition.copy("/EFI/tiny/grubx64.efi", to: "/EFI/BOOT/BOOTX64.EFI")
        let copy = try Files.read("\(place)/EFI/BOOT/BOOTX64.EFI")
        #expect(try copy == Files.read("\(place)/EFI/tiny/grubx64.efi") && copy.count == 1_600_000)
        #expect(throws: TargetSystemError.self) { try partition.copy("/EFI/out/passwd", to: "/EFI/x") }
        #expect(try Files.list("\(place)/EFI") == ["BOOT", "out", "tiny"])
        try partition.close()
        try partition.close()
        #expect(try Files.list(place).isEmpty)
        try root.unmount()
    }

    @Test func `is used where the installed system has it mounted, and stays so`() throws {
        let image = try LoopImage(1, tree: try tree())
        let scratch = try Scratch()
        let root = try mountedRoot([image], fstab: "UUID=\(image.uuid) /boot/efi ext4 defaults 0 1\n", at: scratch)
        let partition = try SystemPartition.open(
            image.partition, of: root, at: "\(scratch.path)/esp", loadModule: noModules)
        #expect(!Files.exists("\(scratch.path)/esp"))
        try partition.copy("/EFI/tiny/grubx64.efi", to: "/EFI/tiny/again.efi")
        try partition.close()
        #expect(root.directory.status("/boot/efi/EFI/tiny/again.efi")?.isRegular == true)
        try root.unmount()
    }
}
