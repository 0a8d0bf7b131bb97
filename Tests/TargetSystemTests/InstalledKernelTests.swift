import BootEntries
import Foundation
import Glibc
import LinuxSystem
import Testing

@testable import TargetSystem

@Suite(.serialized) struct `Installed kernel as Root` {
    private func contents(_ file: Descriptor) throws -> String {
        String(decoding: try file.readBytes(count: 100, at: 0), as: UTF8.self)
    }

    private func withRoot(
        _ images: [LoopImage], _ body: (MountedRoot) throws -> Void
    ) throws {
        let scratch = try Scratch()
        let mounted = try MountedRoot.mount(
            try #require(images.first).partition, among: images.map(\.partition), at: "\(scratch.path)/newroot",
            loadModule: noModules)
        try withExtendedLifetime(images) {
            try body(mounted)
            // Proves too that nothing opened on the way was left open.
            try mounted.unmount()
        }
        #expect(try Files.list("\(scratch.path)/newroot").isEmpty)
    }

    @Test func `on one file system the paths of grub.cfg count from the root`() throws {
        let tree = try Scratch()
        try tree.write("K", to: "boot/vmlinuz-6.1")
        try tree.write("I", to: "boot/initrd.img-6.1")
        try tree.write("M", to: "boot/microcode")
        try tree.write(
            """
            set default=0
            menuentry 'Tiny' {
              search --no-floppy --fs-uuid --set=root aaaaaaaa-0000-0000-0000-000000000000
              linux /boot/vmlinuz-6.1 root=LABEL=x ro
              initrd /boot/microcode /boot/initrd.img-6.1
            }
            """, to: "boot/grub/grub.cfg")
        try withRoot([try LoopImage(1, tree: tree)]) { mounted in
            let found = try mounted.installedKernel()
            #expect(found.title == "Tiny")
            #expect(found.source == "/boot/grub/grub.cfg")
            #expect(try contents(found.kernel) == "K")
            #expect(try found.initrds.map(contents) == ["M", "I"])
            #expect(found.arguments == "root=LABEL=x ro")
            #expect(found.notes.isEmpty)
        }
    }

    @Test func `a separate boot file system is mounted by fstab, and paths count from it`() throws {
        let bootTree = try Scratch()
        try bootTree.write("SEPARATE", to: "vmlinuz-6.1")
        try bootTree.write("I", to: "initrd.img-6.1")
        let boot = try LoopImage(3, label: "BOOT", tree: bootTree)
        try bootTree.write("WRONG", to: "vmlinuz-6.1")
        let tree = try Scratch()
        try tree.write(
            "LABEL=BOOT /boot ext4 defaults 0 2\nUUID=AAAA-BBBB /boot/efi vfat umask=0077 0 1\n", to: "etc/fstab")
        // What the mount hides, and what a path without its file system would find.
        try tree.write("WRONG", to: "boot/vmlinuz-6.1")
        try tree.write("WRONG", to: "vmlinuz-6.1")
        let root = try LoopImage(2, tree: tree)
        try withRoot([root, boot]) { mounted in
            #expect(
                mounted.warnings == ["the installed system's /boot/efi is UUID=AAAA-BBBB, which is not on this disk"])
            let menu = """
                load_env
                set default="${saved_entry}"
                menuentry 'A' --id a { linux /none; }
                menuentry 'B' --id b {
                  set root='hd0,gpt9'
                  search --no-floppy --fs-uuid --set=root \(boot.uuid.uppercased())
                  linux /vmlinuz-6.1 root=/dev/x
                  initrd /initrd.img-6.1
                }
                """
            try mounted.directory.makeDirectories("/boot/grub2")
            try mounted.directory.write(Array(menu.utf8), to: "/boot/grub2/grub.cfg", mode: 0o600)
            try mounted.directory.write(
                Array("# GRUB Environment Block\nsaved_entry=b\n####".utf8), to: "/boot/grub2/grubenv", mode: 0o600)
            let found = try mounted.installedKernel()
            #expect(try contents(found.kernel) == "SEPARATE")
            #expect(try found.initrds.map(contents) == ["I"])
            #expect(found.title == "B")
        }
    }

    @Test func `Boot Loader Specification entries are found without GRUB`() throws {
        let bootTree = try Scratch()
        try bootTree.write("K", to: "6a98/6.1/linux")
        try bootTree.write("I", to: "6a98/6.1/initrd")
        try bootTree.write(
            "title T\nlinux /6a98/6.1/linux\ninitrd /6a98/6.1/initrd\noptions root=/dev/x\n",
            to: "loader/entries/6a98-6.1.conf")
        let tree = try Scratch()
        try tree.write("PARTUUID=part-1 /efi ext4 defaults 0 2\n", to: "etc/fstab")
        try withRoot([try LoopImage(2, tree: tree), try LoopImage(1, tree: bootTree)]) { mounted in
            let found = try mounted.installedKernel()
            #expect(found.source == "/efi/loader/entries")
            #expect(try contents(found.kernel) == "K")
            #expect(found.arguments == "root=/dev/x")
        }
    }

    @Test func `without a usable menu the newest kernel boots, and the notes say why`() throws {
        let tree = try Scratch()
        try tree.write("OLD", to: "boot/vmlinuz-6.1.0-9-amd64")
        try tree.write("NEW", to: "boot/vmlinuz-6.1.0-10-amd64")
        try tree.write("I", to: "boot/initrd.img-6.1.0-10-amd64")
        try tree.write("menuentry x { linux /boot/vmlinuz-gone; }", to: "boot/grub/grub.cfg")
        let image = try LoopImage(1, tree: tree)
        try withRoot([image]) { mounted in
            let found = try mounted.installedKernel()
            #expect(try contents(found.kernel) == "NEW")
            #expect(found.arguments == "root=UUID=\(image.uuid) ro")
            #expect(found.notes.count == 2)
            #expect(found.notes.first?.contains("vmlinuz-gone, which is not there") == true)
            try mounted.directory.makeDirectories("/etc/kernel")
            try mounted.directory.write(Array("root=/dev/y quiet\n".utf8), to: "/etc/kernel/cmdline", mode: 0o644)
            #expect(try mounted.installedKernel().arguments == "root=/dev/y quiet")
        }
    }

    @Test func `a default that is not Linux is respected`() throws {
        let tree = try Scratch()
        try tree.write("K", to: "boot/vmlinuz-6.1")
        try tree.write("menuentry Other { chainloader /x.efi; }", to: "boot/grub/grub.cfg")
        try withRoot([try LoopImage(1, tree: tree)]) { mounted in
            let error = #expect(throws: TargetSystemError.self) { try mounted.installedKernel() }
            #expect(error?.description.contains("\"Other\" starts no Linux kernel") == true)
        }
    }

    @Test func `links in the boot directory stay inside the image`() throws {
        let scratch = try Scratch()
        let secret = try scratch.write("SECRET", to: "secret")
        let tree = try Scratch()
        try tree.link("boot/vmlinuz-6.1", to: secret)
        try tree.link("boot/vmlinuz-6.2", to: "../../../../../../../../../\(secret)")
        try tree.link("boot/grub/grub.cfg", to: secret)
        try withRoot([try LoopImage(1, tree: tree)]) { mounted in
            #expect(throws: TargetSystemError.self) { try mounted.installedKernel() }
        }
    }

    @Test func `an image without a kernel says so`() throws {
        try withRoot([try LoopImage(1)]) { mounted in
            #expect(throws: TargetSystemError.noKernel(reasons: [])) { try mounted.installedKernel() }
        }
    }
}
