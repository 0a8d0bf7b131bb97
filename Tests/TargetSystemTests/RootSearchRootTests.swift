import DeployVars
import Foundation
import LinuxSystem
import PartitionTable
import Testing

@testable import TargetSystem

@Suite(.serialized) final class `Searching the root as Root` {
    private func system(_ name: String) throws -> Scratch {
        let tree = try Scratch()
        try tree.write("PRETTY_NAME=\"\(name)\"\n", to: "usr/lib/os-release")
        try tree.link("etc/os-release", to: "../usr/lib/os-release")
        return tree
    }

    private func partition(_ image: LoopImage, type: PartitionType = .linuxGeneric, hidden: Bool = false)
        -> TargetPartition
    {
        TargetPartition(
            number: image.partition.number, devicePath: image.device, typeGUID: type.guid,
            fileSystem: image.partition.fileSystem, isHiddenFromDiscovery: hidden)
    }

    private func root(of partitions: [TargetPartition]) throws -> TargetPartition {
        let scratch = try Scratch()
        defer { withExtendedLifetime(scratch) {} }
        let found = Result { () throws -> TargetPartition in
            try RootSearch(partitions, mountPoint: "\(scratch.path)/look", loadModule: noModules)
                .root(for: .automatic, architecture: .x8664)
        }
        #expect(try Files.list("\(scratch.path)/look").isEmpty, "nothing stays mounted")
        return try found.get()
    }

    private func fingerprint(_ image: LoopImage) throws -> String { try run("sha256sum", image.device) }

    @Test func `the only file system with a system on it is the root, and no byte of any is written`() throws {
        let data = try LoopImage(
            1,
            tree: try {
                let tree = try Scratch(); try tree.write("x", to: "srv/x"); return tree
            }())
        let real = try LoopImage(2, tree: try system("Tiny 1"))
        // A journal that a crash has left to be replayed: a mount without noload would.
        try run("debugfs", "-w", "-R", "feature needs_recovery", real.device)
        let before = try [fingerprint(data), fingerprint(real)]
        #expect(try root(of: [partition(data), partition(real)]).number == 2)
        #expect(try [fingerprint(data), fingerprint(real)] == before)
    }

    @Test func `a system whose /usr is a file system of its own is a root, and that /usr is none`() throws {
        let usr = try Scratch()
        try usr.write("ID=tiny\n", to: "lib/os-release")
        let tree = try Scratch()
        try tree.link("etc/os-release", to: "../usr/lib/os-release")
        let images = [try LoopImage(1, tree: usr), try LoopImage(2, tree: tree)]
        #expect(try root(of: images.map { partition($0) }).number == 2)
    }

    @Test func `several systems are an error that names each, unless all but one are hidden or of another type`() throws
    {
        let first = try LoopImage(1, tree: try system("Tiny 1"))
        let second = try LoopImage(2, tree: try system("Tiny 2"))
        let error = #expect(throws: TargetSystemError.self) { try root(of: [partition(first), partition(second)]) }
        let message = try #require(error?.description)
        #expect(message.contains("there are 2 systems, Tiny 1 on \(first.device), Tiny 2 on \(second.device)"))
        let one = [partition(first, hidden: true), partition(second)]
        #expect(try root(of: one).number == 2)
    }

    @Test func `of several partitions of the root's type the one with a system on it is the root`() throws {
        let empty = try LoopImage(1, tree: try Scratch())
        let real = try LoopImage(2, tree: try system("Tiny 1"))
        let other = try LoopImage(3, tree: try system("Tiny 2"))
        let typed = [partition(empty, type: .rootX8664), partition(real, type: .rootX8664), partition(other)]
        #expect(try root(of: typed).number == 2)
        let both = typed.dropLast() + [partition(other, type: .rootX8664)]
        #expect(throws: TargetSystemError.self) { try root(of: Array(both)) }
    }

    @Test func `without any system the error lists all partitions and what could not be read`() throws {
        let empty = try LoopImage(1, tree: try Scratch())
        let scratch = try Scratch()
        let broken = TargetPartition(
            number: 2, devicePath: "\(scratch.path)/none", fileSystem: FileSystemIdentity(type: "xfs"))
        let error = #expect(throws: TargetSystemError.self) { try root(of: [partition(empty), broken]) }
        let message = try #require(error?.description)
        #expect(message.contains("no Linux file system holds /etc/os-release"))
        #expect(message.contains("\(empty.device) (type linux-generic, ext4"))
        #expect(message.contains("\(broken.devicePath) could not be mounted as xfs"))
    }

    @Test(arguments: ["", "@", "root", "@rootfs", "default"])
    func `on a btrfs the system is found in the default subvolume and in those that installers make`(
        place: String
    ) throws {
        let image = try LoopImage(1, type: "btrfs", megabytes: 128)
        let scratch = try Scratch()
        let top = try MountedRoot.mountAlone(
            image.partition, at: "\(scratch.path)/top", loadModule: noModules)
        try top.unmount()
        let writable = try MountedRoot.mount(
            image.partition, among: [], at: "\(scratch.path)/top", loadModule: noModules)
        let name = place == "default" ? "snapshots-1" : place
        if !place.isEmpty { try run("btrfs", "subvolume", "create", "\(writable.mountPoint)/\(name)") }
        try run("btrfs", "subvolume", "create", "\(writable.mountPoint)/@var")
        let base = place.isEmpty ? "" : "/\(name)"
        try writable.directory.makeDirectories("\(base)/etc")
        try writable.directory.makeDirectories("\(base)/var")
        try writable.directory.write(Array("PRETTY_NAME=Tree\n".utf8), to: "\(base)/etc/os-release", mode: 0o644)
        try writable.directory.write(
            Array("UUID=\(image.uuid) /var btrfs subvol=/@var 0 0\n".utf8), to: "\(base)/etc/fstab", mode: 0o644)
        if place == "default" { try run("btrfs", "subvolume", "set-default", "\(writable.mountPoint)/\(name)") }
        try writable.unmount()

        let found = try root(of: [partition(image)])
        let mounted = try MountedRoot.mount(
            found, among: [found], at: "\(scratch.path)/newroot", loadModule: noModules)
        #expect(mounted.osRelease.prettyName == "Tree")
        #expect(mounted.warnings.isEmpty)
        try mounted.directory.write(Array("in @var".utf8), to: "/var/proof", mode: 0o644)
        try mounted.unmount()
        try run("mount", "-o", "ro,subvolid=5", image.device, "\(scratch.path)/top")
        defer { _ = try? run("umount", "\(scratch.path)/top") }
        #expect(try Files.readText("\(scratch.path)/top/@var/proof") == "in @var")
    }

    @Test func `what the root's devices stand on is released once, after the unmount, also when the mount fails`()
        throws
    {
        let image = try LoopImage(1, tree: try system("Tiny 1"))
        let scratch = try Scratch()
        let point = "\(scratch.path)/newroot"
        let releases = Monitor(0)
        let mounted = try MountedRoot.mount(
            image.partition, among: [], at: point, loadModule: noModules,
            release: {
                releases.update { $0 += Files.exists("\(point)/etc") ? 100 : 1 }
            })
        #expect(releases.update { $0 } == 0)
        try mounted.unmount()
        try mounted.unmount()
        #expect(releases.update { $0 } == 1)
        let wrong = TargetPartition(
            number: 1, devicePath: image.device, fileSystem: FileSystemIdentity(type: "xfs"))
        #expect(throws: TargetSystemError.self) {
            try MountedRoot.mount(
                wrong, among: [], at: point, loadModule: noModules, release: { releases.update { $0 += 10 } })
        }
        #expect(releases.update { $0 } == 11)
    }

    @Test(arguments: [
        ("UUID=1 / ext4 defaults", "", false), ("LABEL=x / ext4 defaults", "", true),
        ("/dev/disk/by-label/x / ext4 defaults", "", true), ("LABEL=x /home ext4 defaults", "", false),
        ("UUID=1 / ext4 defaults", "root=LABEL=x ro", true), ("UUID=1 / ext4 defaults", "root=UUID=1 ro", false),
    ])
    func `a label counts when the installed system finds its root by it`(
        table: String, arguments: String, isFoundByLabel: Bool
    ) throws {
        let tree = try system("Tiny 1")
        try tree.write(table + "\n", to: "etc/fstab")
        try tree.write("KERNEL", to: "boot/vmlinuz-6.1")
        try tree.write("menuentry x { linux /boot/vmlinuz-6.1 \(arguments)\n }\n", to: "boot/grub/grub.cfg")
        let image = try LoopImage(1, label: "x", tree: tree)
        let scratch = try Scratch()
        let mounted = try MountedRoot.mount(
            image.partition, among: [], at: "\(scratch.path)/newroot", loadModule: noModules)
        #expect(mounted.isFoundByLabel == isFoundByLabel)
        try mounted.unmount()
    }
}
