import BootEntries
import DeployVars
import Foundation
import Glibc
import LinuxSystem
import Testing

@testable import TargetSystem

@Suite(.serialized) final class `Mounted root as Root` {
    /// Disks and directories live as long as the test, not as long as their last use in it.
    private var held: [AnyObject] = []

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// A root with cloud-init that takes its seed, and remains of an earlier one.
    private func cloudTree() throws -> Scratch {
        let tree = try Scratch()
        try tree.write("#!/bin/sh\n", to: "usr/bin/cloud-init", mode: 0o755)
        try tree.write("PRETTY_NAME=\"Tiny 1\"\nID=tiny\n", to: "usr/lib/os-release")
        try tree.link("etc/os-release", to: "../usr/lib/os-release")
        try tree.write("old", to: "var/lib/cloud/seed/nocloud/network-config", mode: 0o644)
        try tree.write("old", to: "var/lib/cloud/seed/nocloud/deep/er", mode: 0o644)
        return tree
    }

    private func mount(
        _ images: [LoopImage], at scratch: Scratch, readOnly: Bool = false
    ) throws -> MountedRoot {
        held += images
        held.append(scratch)
        return try MountedRoot.mount(
            try #require(images.first).partition, among: images.map(\.partition), at: "\(scratch.path)/newroot",
            readOnly: readOnly, loadModule: noModules)
    }

    @Test func `a seed is on the disk after the unmount, private and complete, and nothing old is left`() throws {
        let image = try LoopImage(1, tree: try cloudTree())
        let scratch = try Scratch()
        let mounted = try mount([image], at: scratch)
        #expect(mounted.osRelease.prettyName == "Tiny 1")
        let order = SeedOrder(
            hostname: "web-1", instanceID: "i-1", provisionID: "order-7",
            seed: NoCloudSeed(userData: bytes("#cloud-config\npassword: x\n"), vendorData: bytes("v")))
        let report = try mounted.seed(order)
        #expect(report.warnings.isEmpty)
        try mounted.unmount()
        try mounted.unmount()
        #expect(try Files.list("\(scratch.path)/newroot").isEmpty)

        let again = try mount([image], at: scratch, readOnly: true)
        defer { try? again.unmount() }
        let seed = again.mountPoint + "/var/lib/cloud/seed"
        #expect(try facts(seed) == "directory 700 0:0")
        #expect(try facts("\(seed)/nocloud") == "directory 700 0:0")
        #expect(try Files.list("\(seed)/nocloud") == ["meta-data", "user-data", "vendor-data"])
        for name in ["meta-data", "user-data", "vendor-data"] {
            #expect(try facts("\(seed)/nocloud/\(name)") == "regular file 600 0:0")
        }
        #expect(try Files.readText("\(seed)/nocloud/meta-data") == "instance-id: \"i-1\"\nlocal-hostname: \"web-1\"\n")
        #expect(try Files.readText("\(seed)/nocloud/user-data") == "#cloud-config\npassword: x\n")
        #expect(again.provisionID == "order-7")
        #expect(try facts("\(again.mountPoint)/var/lib/martlet/provision-id") == "regular file 600 0:0")
        #expect(try Files.readText("\(again.mountPoint)/etc/hostname") == "web-1\n")
        #expect(throws: TargetSystemError.self) { try again.seed(order) }
    }

    @Test func `seeding twice leaves the second seed only`() throws {
        let image = try LoopImage(1, tree: try cloudTree())
        let scratch = try Scratch()
        let mounted = try mount([image], at: scratch)
        defer { try? mounted.unmount() }
        _ = try mounted.seed(SeedOrder(instanceID: "a", seed: NoCloudSeed(networkConfig: bytes("version: 2"))))
        _ = try mounted.seed(SeedOrder(instanceID: "b"))
        #expect(try mounted.directory.list("/var/lib/cloud/seed/nocloud") == ["meta-data", "user-data"])
        #expect(mounted.directory.text("/var/lib/cloud/seed/nocloud/meta-data") == "instance-id: \"b\"\n")
        #expect(mounted.directory.text("/var/lib/cloud/seed/nocloud/user-data") == "#cloud-config\n")
    }

    @Test func `a made-up instance id differs each time`() throws {
        let image = try LoopImage(1, tree: try cloudTree())
        let mounted = try mount([image], at: try Scratch())
        defer { try? mounted.unmount() }
        var seen: Set<String> = []
        for _ in 0..<2 {
            _ = try mounted.seed(SeedOrder())
            seen.insert(mounted.directory.text("/var/lib/cloud/seed/nocloud/meta-data") ?? "")
        }
        #expect(seen.count == 2)
        #expect(seen.allSatisfy { $0.hasPrefix("instance-id: \"martlet-") })
    }

    /// Each is where an image may put a link instead of a directory, to make the agent write somewhere else.
    @Test(arguments: ["var", "var/lib", "var/lib/cloud", "var/lib/cloud/seed", "var/lib/cloud/seed/nocloud"])
    func `an image whose seed path is a link writes into itself only`(place: String) throws {
        let scratch = try Scratch()
        try scratch.write("precious", to: "ramdisk/lib/cloud/seed/nocloud/user-data")
        for target in ["\(scratch.path)/ramdisk", "../../../../../../../..\(scratch.path)/ramdisk", "/", ".."] {
            let tree = try Scratch()
            try tree.write("precious", to: "etc/passwd")
            try tree.link(place, to: target)
            let image = try LoopImage(1, tree: tree)
            let mounted = try mount([image], at: scratch)
            let outcome = Result {
                try mounted.seed(SeedOrder(instanceID: "i", seed: NoCloudSeed(userData: bytes("secret"))))
            }
            #expect(mounted.directory.text("/etc/passwd") == "precious")
            if case .success = outcome {
                #expect(mounted.directory.text("/var/lib/cloud/seed/nocloud/user-data") == "secret")
            }
            try mounted.unmount()
            #expect(try Files.list("\(scratch.path)/ramdisk/lib/cloud/seed/nocloud") == ["user-data"])
            #expect(try Files.readText("\(scratch.path)/ramdisk/lib/cloud/seed/nocloud/user-data") == "precious")
            #expect(try Files.list("\(scratch.path)/ramdisk") == ["lib"])
        }
        #expect(!Files.exists("/nocloud") && !Files.exists("/lib/cloud/seed"))
    }

    @Test func `without cloud-init in the image there is a warning, a seed and a host name`() throws {
        let tree = try Scratch()
        try tree.write("image\n", to: "etc/hostname")
        let image = try LoopImage(1, tree: tree)
        let mounted = try mount([image], at: try Scratch())
        defer { try? mounted.unmount() }
        let report = try mounted.seed(SeedOrder(hostname: "web-1", instanceID: "i"))
        #expect(report.warnings.count == 1)
        #expect(report.warnings.first?.contains("no cloud-init") == true)
        #expect(mounted.directory.status("/var/lib/cloud/seed/nocloud/meta-data") != nil)
        #expect(mounted.directory.text("/etc/hostname") == "web-1\n")
        #expect(try facts("\(mounted.mountPoint)/etc/hostname") == "regular file 644 0:0")
    }

    @Test func `the datasource is pinned behind all files of the image, and a later one is warned of`() throws {
        let tree = try cloudTree()
        try tree.write("datasource_list: [ Ec2, None ]\n", to: "etc/cloud/cloud.cfg")
        try tree.write("datasource_list: [ Ec2 ]\n", to: "etc/cloud/cloud.cfg.d/99-ec2.cfg")
        let image = try LoopImage(1, tree: tree)
        let mounted = try mount([image], at: try Scratch())
        defer { try? mounted.unmount() }
        #expect(try mounted.seed(SeedOrder()).warnings.isEmpty)
        let pinned = mounted.directory.text("/etc/cloud/cloud.cfg.d/zz-martlet.cfg") ?? ""
        #expect(pinned.split(separator: "\n").contains("datasource_list: [ NoCloud, None ]"))
        try mounted.directory.write(
            bytes("datasource_list: [ Ec2 ]\n"), to: "/etc/cloud/cloud.cfg.d/zzz.cfg", mode: 0o644)
        let warnings = try mounted.seed(SeedOrder()).warnings
        #expect(warnings.count == 1)
        #expect(warnings.last?.contains("/etc/cloud/cloud.cfg.d/zzz.cfg") == true)
    }

    @Test func `with cloud-init switched off no seed is written, but the host name`() throws {
        let image = try LoopImage(1, tree: try cloudTree())
        let mounted = try mount([image], at: try Scratch())
        defer { try? mounted.unmount() }
        try mounted.directory.makeDirectories("/etc")
        let report = try mounted.seed(
            SeedOrder(
                hostname: "web-1", instanceID: "i", seedsCloudInit: false, seed: NoCloudSeed(userData: bytes("x"))))
        #expect(report.written == ["/etc/hostname", "/etc/hosts"])
        #expect(mounted.directory.text("/etc/hostname") == "web-1\n")
        #expect(try mounted.directory.list("/var/lib/cloud/seed/nocloud") == ["deep", "network-config"])
    }

    @Test func `a tree of files is copied with modes, owners and links`() throws {
        let source = try Scratch()
        try source.write("key", to: "root/.ssh/authorized_keys", mode: 0o600)
        try source.write("tool", to: "usr/local/bin/tool", mode: 0o4755)
        try source.link("etc/localtime", to: "/usr/share/zoneinfo/UTC")
        try source.write("replaced", to: "etc/motd", mode: 0o644)
        try run("chown", "-R", "1000:1001", "\(source.path)/root/.ssh")
        try run("chmod", "0700", "\(source.path)/root/.ssh")
        try run("mkfifo", "\(source.path)/pipe")
        let tree = try Scratch()
        try tree.write("x", to: "usr/local/x")
        try tree.link("etc/motd", to: "/run/motd")
        try tree.write("x", to: "etc/localtime")
        try run("mkdir", "-m", "0700", "\(tree.path)/root")
        let image = try LoopImage(1, tree: tree)
        let mounted = try mount([image], at: try Scratch())
        defer { try? mounted.unmount() }
        let report = try mounted.seed(SeedOrder(seedsCloudInit: false, fileTrees: [source.path, "/no/such/tree"]))
        #expect(report.written == ["4 files of \(source.path)"])
        #expect(report.warnings.count == 1)
        let root = mounted.mountPoint
        #expect(try facts("\(root)/root") == "directory 700 0:0")
        #expect(try facts("\(root)/root/.ssh") == "directory 700 1000:1001")
        #expect(try facts("\(root)/root/.ssh/authorized_keys") == "regular file 600 1000:1001")
        #expect(try facts("\(root)/usr/local/bin/tool") == "regular file 4755 0:0")
        #expect(try facts("\(root)/etc/motd") == "regular file 644 0:0")
        #expect(try Files.linkTarget("\(root)/etc/localtime") == "/usr/share/zoneinfo/UTC")
    }

    @Test func `an unmount that fails says who uses the mount, and can be repeated`() throws {
        let image = try LoopImage(1, tree: try cloudTree())
        let scratch = try Scratch()
        let mounted = try mount([image], at: scratch)
        var file: Descriptor? = try mounted.directory.open("/usr/bin/cloud-init", O_RDONLY)
        let error = #expect(throws: TargetSystemError.self) { try mounted.unmount() }
        #expect(file != nil)
        #expect(error?.description.contains("in use by process \(getpid()) (") == true)
        #expect(error?.description.contains("/newroot/usr/bin/cloud-init") == true)
        file = nil
        try mounted.unmount()
        #expect(try Files.list("\(scratch.path)/newroot").isEmpty)
    }

    @Test(arguments: ["xfs", "btrfs"])
    func `other file systems can be the root`(type: String) throws {
        let image = try LoopImage(1, type: type, megabytes: 320)
        let scratch = try Scratch()
        let mounted = try mount([image], at: scratch)
        _ = try mounted.seed(SeedOrder(instanceID: "i"))
        try mounted.unmount()
        let again = try mount([image], at: scratch)
        #expect(again.directory.text("/var/lib/cloud/seed/nocloud/meta-data") == "instance-id: \"i\"\n")
        try again.unmount()
    }

    @Test func `of a btrfs with subvolumes the one that holds the system is the root`() throws {
        let image = try LoopImage(1, type: "btrfs", megabytes: 128)
        let scratch = try Scratch()
        let top = try mount([image], at: scratch)
        for name in ["@", "@home"] { try run("btrfs", "subvolume", "create", "\(top.mountPoint)/\(name)") }
        try top.directory.makeDirectories("/@/boot/grub")
        try top.directory.makeDirectories("/@/etc")
        try top.directory.write(bytes("KERNEL"), to: "/@/boot/vmlinuz-6.1", mode: 0o644)
        let menu = "menuentry x { search --fs-uuid --set=root \(image.uuid); linux /@/boot/vmlinuz-6.1 ro; }"
        try top.directory.write(bytes(menu), to: "/@/boot/grub/grub.cfg", mode: 0o644)
        try top.unmount()
        let mounted = try mount([image], at: scratch)
        #expect(try mounted.directory.list("/") == ["boot", "etc"])
        #expect(try mounted.installedKernel().kernel.readBytes(count: 9, at: 0) == bytes("KERNEL"))
        try mounted.unmount()
    }

    @Test func `what cannot be mounted is named, and nothing stays mounted`() throws {
        let tree = try cloudTree()
        try tree.write("UUID=0000 /var ext4 defaults 0 0\n", to: "etc/fstab")
        let image = try LoopImage(1, tree: tree)
        let scratch = try Scratch()
        #expect(throws: TargetSystemError.missingFileSystem(source: "UUID=0000", mountPoint: "/var")) {
            try mount([image], at: scratch)
        }
        #expect(try Files.list("\(scratch.path)/newroot").isEmpty)
        let wrong = TargetPartition(
            number: 1, devicePath: image.device, fileSystem: FileSystemIdentity(type: "xfs", uuid: ""))
        let failure: ModuleLoading = {
            throw SystemCallError(call: "finit_module", subject: $0, errno: .noSuchFileOrDirectory)
        }
        let error = #expect(throws: TargetSystemError.self) {
            try MountedRoot.mount(wrong, among: [], at: "\(scratch.path)/newroot", loadModule: failure)
        }
        #expect(error?.description.contains("its driver was not loaded: finit_module xfs") == true)
        let none = TargetPartition(number: 1, devicePath: image.device)
        #expect(throws: TargetSystemError.noFileSystem(none, mountPoint: "/")) {
            try MountedRoot.mount(none, among: [], at: "\(scratch.path)/newroot", loadModule: noModules)
        }
    }
}
