import Foundation
import Glibc
import LinuxSystem
import Testing

@testable import TargetSystem

@Suite(.serialized) final class `Seeding as Root` {
    /// Directories live as long as the test, not as long as their last use in it.
    private var held: [Scratch] = []

    private func root(_ files: [String: String]) throws -> RootDirectory {
        let scratch = try Scratch()
        held.append(scratch)
        try scratch.write("", to: "keep")
        for (name, text) in files { try scratch.write(text, to: name) }
        return try RootDirectory(scratch.path)
    }

    private func seed(_ root: RootDirectory, _ order: SeedOrder = SeedOrder()) throws -> SeedReport {
        try RootSeeding(root).seed(order)
    }

    private let cloudInit = ["usr/bin/cloud-init": "#!", "etc/cloud/cloud.cfg": "users: []\n"]

    @Test(arguments: [("0123456789abcdef0123456789abcdef\n", ""), ("uninitialized\n", "uninitialized\n"), ("", "")])
    func `a machine id is emptied, and what asks for a first boot stays`(before: String, after: String) throws {
        let root = try root(["etc/machine-id": before])
        _ = try seed(root)
        #expect(root.text("/etc/machine-id") == after)
    }

    @Test func `what must be of one machine only is gone, unless it is to stay`() throws {
        let files = [
            "etc/machine-id": "0123\n", "var/lib/dbus/machine-id": "0123\n", "var/lib/systemd/random-seed": "x",
            "boot/efi/loader/random-seed": "x",
        ]
        let kept = try root(files)
        #expect(try seed(kept, SeedOrder(resetsMachineID: false)).notes.isEmpty)
        #expect(files.keys.allSatisfy { kept.status("/\($0)") != nil })
        let root = try root(files)
        #expect(try seed(root).notes.count == 3)
        #expect(files.keys.filter { root.status("/\($0)") != nil } == ["etc/machine-id"])
        let linked = try self.root(["etc/machine-id": "0123\n"])
        try linked.makeDirectories("/var/lib/dbus")
        try linked.makeSymbolicLink(to: "/etc/machine-id", at: "/var/lib/dbus/machine-id")
        _ = try seed(linked)
        #expect(linked.linkTarget("/var/lib/dbus/machine-id") == "/etc/machine-id")
        #expect(linked.text("/etc/machine-id") == "")
    }

    @Test func `nothing is left of the instance that the image ran as, but what its owner put there`() throws {
        let root = try root(
            cloudInit.merging([
                "var/lib/cloud/instances/i-old/user-data.txt": "x", "var/lib/cloud/data/instance-id": "i-old",
                "var/lib/cloud/sem/once": "", "var/lib/cloud/scripts/per-boot/own": "#!",
            ]) { $1 })
        try root.makeSymbolicLink(to: "instances/i-old", at: "/var/lib/cloud/instance")
        _ = try seed(root)
        #expect(try root.list("/var/lib/cloud") == ["scripts", "seed"])
    }

    @Test(
        arguments: [
            ([:], true, false), (["etc/cloud/cloud.cfg.d/9.cfg": "ssh_deletekeys: false\n"], true, true),
            (["etc/cloud/cloud-init.disabled": ""], true, true), ([:], false, true),
        ] as [([String: String], Bool, Bool)])
    func `host keys in the image are warned of where cloud-init does not replace them`(
        more: [String: String], seeds: Bool, warned: Bool
    ) throws {
        let keys = ["etc/ssh/ssh_host_rsa_key": "x", "etc/ssh/ssh_host_rsa_key.pub": "x"]
        let root = try root(cloudInit.merging(keys) { $1 }.merging(more) { $1 })
        let report = try seed(root, SeedOrder(seedsCloudInit: seeds))
        #expect(report.warnings.contains { $0.contains("(/etc/ssh/ssh_host_rsa_key)") } == warned)
        #expect(report.notes.contains { $0.contains("which cloud-init replaces") } == !warned)
    }

    @Test(arguments: [
        ("etc/cloud/cloud-init.disabled", "", "/etc/cloud/cloud-init.disabled"),
        ("etc/cloud/ds-identify.cfg", "policy: disabled\n", "the policy in /etc/cloud/ds-identify.cfg"),
        ("etc/cloud/ds-identify.cfg", "datasource: Ec2 # only\n", "asks for Ec2 only"),
        ("etc/systemd/system/cloud-init.service", "->/dev/null", "masking cloud-init.service"),
        ("etc/cloud/ds-identify.cfg", "policy: search,found=all\n", nil),
    ])
    func `cloud-init that the image switches off stays off and is warned of`(
        file: String, text: String, expected: String?
    ) throws {
        let root = try root(cloudInit)
        if text.hasPrefix("->") {
            try root.makeDirectories("/etc/systemd/system")
            try root.makeSymbolicLink(to: String(text.dropFirst(2)), at: "/\(file)")
        } else {
            try root.write(Array(text.utf8), to: "/\(file)", mode: 0o644)
        }
        let warnings = try seed(root).warnings
        #expect(warnings.count == (expected == nil ? 0 : 1))
        if let expected { #expect(warnings.first?.contains(expected) == true) }
    }

    @Test(arguments: [
        ("127.0.0.1 localhost\n", "127.0.0.1 localhost\n127.0.1.1 web-1.example.org web-1\n"),
        (
            "127.0.0.1 localhost\n127.0.1.1 image\n127.0.1.1 x\n::1 localhost\n",
            "127.0.0.1 localhost\n127.0.1.1 web-1.example.org web-1\n::1 localhost\n"
        ), ("# none", "# none\n127.0.1.1 web-1.example.org web-1\n"),
    ])
    func `the host name is in its file and in the table of hosts, once`(before: String, after: String) throws {
        let root = try root(["etc/hosts": before])
        for _ in 0..<2 { _ = try seed(root, SeedOrder(hostname: "web-1.example.org", seedsCloudInit: false)) }
        #expect(root.text("/etc/hostname") == "web-1.example.org\n")
        #expect(root.text("/etc/hosts") == after)
        #expect(HostNaming.table("", naming: "a") == "127.0.1.1 a\n")
    }

    @Test func `name servers go where the system looks for them`() throws {
        let order = SeedOrder(seedsCloudInit: false, nameServers: ["192.0.2.53", "2001:db8::53"])
        let plain = try root(["etc/resolv.conf": "search example.org\nnameserver 192.0.2.1\n"])
        _ = try seed(plain, order)
        #expect(
            plain.text("/etc/resolv.conf") == "search example.org\nnameserver 192.0.2.53\nnameserver 2001:db8::53\n")
        let resolved = try root([:])
        try resolved.makeDirectories("/etc")
        try resolved.makeSymbolicLink(to: "../run/systemd/resolve/stub-resolv.conf", at: "/etc/resolv.conf")
        _ = try seed(resolved, order)
        #expect(
            resolved.text("/etc/systemd/resolved.conf.d/martlet.conf") == "[Resolve]\nDNS=192.0.2.53 2001:db8::53\n")
        let other = try root([:])
        try other.makeDirectories("/etc")
        try other.makeSymbolicLink(to: "/run/NetworkManager/resolv.conf", at: "/etc/resolv.conf")
        #expect(try seed(other, order).warnings.count == 1)
        var seeded = order
        seeded.seedsCloudInit = true
        seeded.seed.networkConfig = Array("version: 2\nethernets: {a: {nameservers: {addresses: [::1]}}}\n".utf8)
        let named = try root(cloudInit)
        #expect(try seed(named, seeded).notes.contains { $0.contains("dns_resolver is left out") })
        #expect(named.status("/etc/resolv.conf") == nil)
    }

    @Test(arguments: [
        (
            "",
            "KUBELET_EXTRA_ARGS=\"--provider-id=metal://1 --node-labels=topology.kubernetes.io/zone=az-1,topology.kubernetes.io/region=eu\"\n"
        ),
        (
            "# own\nKUBELET_EXTRA_ARGS=\"--v=2 --provider-id=old --node-labels=a=b,topology.kubernetes.io/zone=old\"\nX=1\n",
            "# own\nKUBELET_EXTRA_ARGS=\"--v=2 --provider-id=metal://1 --node-labels=a=b,topology.kubernetes.io/zone=az-1,topology.kubernetes.io/region=eu\"\nX=1\n"
        ),
    ])
    func `the kubelet learns its provider id and where it is, beside what the image tells it`(
        before: String, after: String
    ) throws {
        let arguments = KubeletArguments(
            identity: KubeletIdentity(providerID: "metal://1", zone: "az-1", region: "eu"))
        #expect(arguments.environment(before) == after)
        #expect(arguments.environment(after) == after)
    }

    @Test func `the kubelet's arguments go into the file of its package, and into drop-ins that a unit reads`() throws {
        let order = SeedOrder(
            seedsCloudInit: false, kubelet: KubeletIdentity(providerID: "metal://1", region: "eu"))
        let debian = try root([:])
        _ = try seed(debian, order)
        let text = "KUBELET_EXTRA_ARGS=\"--provider-id=metal://1 --node-labels=topology.kubernetes.io/region=eu\"\n"
        #expect(debian.text("/etc/default/kubelet") == text)
        #expect(debian.status("/etc/kubernetes") == nil)
        let redHat = try root([
            "etc/sysconfig/network": "",
            "etc/systemd/system/kubelet.service.d/10.conf":
                "[Service]\nEnvironmentFile=-/etc/kubernetes/kubelet.conf.d/10-caprf-provider-id.conf\n",
        ])
        _ = try seed(redHat, order)
        #expect(redHat.text("/etc/sysconfig/kubelet") == text)
        #expect(try redHat.list("/etc/kubernetes/kubelet.conf.d").count == 2)
        #expect(
            redHat.text("/etc/kubernetes/kubelet.conf.d/10-caprf-provider-id.conf")
                == "KUBELET_EXTRA_ARGS=\"--provider-id=metal://1\"\n")
        let none = try root([:])
        #expect(try seed(none, SeedOrder(seedsCloudInit: false)).written.isEmpty)
    }

    @Test func `kernel parameters go into every configuration that the image has, once`() throws {
        let grub = "menuentry x {\n\tlinux\t/vmlinuz root=UUID=1 ro \n\tinitrd /initrd\n}\n"
        let debian = try root([
            "etc/default/grub": "GRUB_CMDLINE_LINUX=\"quiet\"\n", "etc/default/grub.d/50-cloud.cfg": "",
            "boot/grub/grub.cfg": grub,
        ])
        let order = SeedOrder(seedsCloudInit: false, kernelParameters: "console=ttyS1 x=1")
        let report = try seed(debian, order)
        #expect(report.written == ["/etc/default/grub.d/zz-martlet.cfg", "/boot/grub/grub.cfg"])
        #expect(report.warnings.isEmpty)
        _ = try seed(debian, order)
        #expect(debian.text("/boot/grub/grub.cfg")?.contains("root=UUID=1 ro console=ttyS1 x=1\n") == true)
        let sourced = try run(
            "sh", "-c",
            ". \(debian.path)/etc/default/grub; . \(debian.path)/etc/default/grub.d/zz-martlet.cfg; "
                + "echo $GRUB_CMDLINE_LINUX")
        #expect(sourced == "quiet console=ttyS1 x=1")

        let fedora = try root([
            "etc/default/grub": "GRUB_CMDLINE_LINUX=\"quiet\"\n", "etc/kernel/cmdline": "root=UUID=1 ro\n",
            "boot/loader/entries/a.conf": "title A\nlinux /vmlinuz\noptions root=UUID=1 ro\n",
            "boot/grub2/grub.cfg": "blscfg\n",
        ])
        for _ in 0..<2 { #expect(try seed(fedora, order).warnings.isEmpty) }
        #expect(
            fedora.text("/boot/loader/entries/a.conf")
                == "title A\nlinux /vmlinuz\noptions root=UUID=1 ro console=ttyS1 x=1\n")
        #expect(fedora.text("/etc/kernel/cmdline") == "root=UUID=1 ro console=ttyS1 x=1\n")
        #expect(fedora.text("/etc/default/grub")?.split(separator: "\n").count == 2)

        let none = try root([:])
        #expect(try seed(none, order).warnings.count == 1)
        #expect(try seed(none, SeedOrder(seedsCloudInit: false)).warnings.isEmpty)
    }

    @Test func `the environment block of GRUB keeps its length`() throws {
        let root = try root([
            "boot/loader/entries/a.conf": "title A\noptions $kernelopts $tuned_params\n", "boot/grub2/x": "",
        ])
        try run(
            "sh", "-c",
            "grub-editenv \(root.path)/boot/grub2/grubenv create && "
                + "grub-editenv \(root.path)/boot/grub2/grubenv set kernelopts='root=/dev/x ro' saved_entry=a")
        let order = SeedOrder(seedsCloudInit: false, kernelParameters: "x=1")
        for _ in 0..<2 { #expect(try seed(root, order).warnings.isEmpty) }
        #expect(root.status("/boot/grub2/grubenv")?.size == 1024)
        let list = try run("grub-editenv", "\(root.path)/boot/grub2/grubenv", "list")
        #expect(list.split(separator: "\n").sorted() == ["kernelopts=root=/dev/x ro x=1", "saved_entry=a"])
        #expect(root.text("/boot/loader/entries/a.conf")?.contains("x=1") == false)
        var long = order
        long.kernelParameters = "y=" + String(repeating: "0", count: 1000)
        #expect(try seed(root, long).warnings.count == 1)
    }

    @Test(arguments: [("enforcing", true), ("disabled", false), ("", false)])
    func `an image with SELinux and no labels labels itself when it starts`(mode: String, expected: Bool) throws {
        let root = try root(["etc/selinux/config": "# x\nSELINUX=\(mode)\nSELINUXTYPE=targeted\n"])
        _ = try seed(root, SeedOrder(hostname: "a"))
        #expect((root.status("/.autorelabel") != nil) == expected)
    }

    /// Every place that seeding writes to.
    @Test(arguments: [
        "etc", "etc/cloud", "etc/cloud/cloud.cfg.d", "etc/hosts", "etc/hostname", "etc/resolv.conf", "etc/machine-id",
        "etc/default", "etc/default/kubelet", "etc/default/grub.d", "etc/default/grub.d/zz-martlet.cfg", "etc/kernel",
        "etc/kernel/cmdline", "etc/systemd", "etc/systemd/resolved.conf.d", "boot", "boot/grub", "boot/grub/grub.cfg",
        "boot/loader", "boot/loader/entries", "boot/efi", "boot/efi/EFI", "var", "var/lib/dbus", "var/lib/systemd",
        "var/lib/cloud/data", "var/lib/cloud/instances", "var/lib/martlet", "etc/sysconfig",
    ])
    func `an image with links in the way writes into itself only`(place: String) throws {
        let scratch = try Scratch()
        held.append(scratch)
        let names = [
            "etc/hosts", "etc/hostname", "etc/machine-id", "etc/default/kubelet", "etc/default/grub",
            "etc/kernel/cmdline", "boot/grub/grub.cfg", "boot/loader/entries/a.conf", "var/lib/cloud/data/x",
            "var/lib/cloud/instances/x", "var/lib/systemd/random-seed", "var/lib/dbus/machine-id", "linux",
        ]
        for name in names { try scratch.write("linux /x\n", to: "ramdisk/\(name)") }
        let before = try run("sh", "-c", "cd \(scratch.path)/ramdisk && find . | sort && cat $(find . -type f | sort)")
        let depth = place.split(separator: "/").count
        let outside = "\(scratch.path)/ramdisk"
        for target in [
            "\(outside)/\(place)", String(repeating: "../", count: depth) + "../ramdisk/\(place)", "/", "..",
        ] {
            let tree = "\(scratch.path)/root"
            try? FileManager.default.removeItem(atPath: tree)
            for (name, text) in cloudInit { try scratch.write(text, to: "root/\(name)") }
            try? FileManager.default.removeItem(atPath: "\(tree)/\(place)")
            try scratch.link("root/\(place)", to: target)
            let order = SeedOrder(
                hostname: "a", provisionID: "p", nameServers: ["192.0.2.53"],
                kubelet: KubeletIdentity(providerID: "x"), kernelParameters: "x=1")
            _ = try? seed(try RootDirectory(tree), order)
            let after = try run(
                "sh", "-c", "cd \(scratch.path)/ramdisk && find . | sort && cat $(find . -type f | sort)")
            #expect(after == before, "\(target)")
        }
        #expect(try Files.list(scratch.path) == ["ramdisk", "root"])
    }
}
