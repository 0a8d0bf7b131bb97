import Glibc
import LinuxSystem
import Testing

@testable import TargetSystem

@Suite(.serialized) struct `System mirror as Root` {
    /// An installed system with a kernel, and an initial RAM disk of these files.
    private func tree(program: String?, initrd: [String]?, filter: String = "cat") throws -> Scratch {
        let tree = try Scratch()
        try tree.write("ID=test\n", to: "etc/os-release")
        if let program { try tree.write("#!", to: program, mode: 0o755) }
        try tree.write("K", to: "boot/vmlinuz-6.1")
        guard let initrd else { return tree }
        let files = try Scratch()
        for name in initrd { try files.write("x", to: name) }
        try run(
            "sh", "-c",
            "cd '\(files.path)' && find . | cpio --quiet -o -H newc | \(filter) > '\(tree.path)/boot/initrd.img-6.1'")
        return tree
    }

    private func check(_ tree: Scratch) throws {
        let image = try LoopImage(1, tree: tree)
        let scratch = try Scratch()
        try withExtendedLifetime(image) {
            let mounted = try MountedRoot.mount(
                image.partition, among: [image.partition], at: "\(scratch.path)/newroot", loadModule: noModules)
            defer { try? mounted.unmount() }
            try mounted.checkRunsFromMirror()
        }
    }

    @Test(arguments: ["usr/sbin/mdadm", "sbin/mdadm"], ["zstd", "gzip"])
    func `a system whose initial RAM disk has mdadm runs from a mirror`(program: String, filter: String) throws {
        try check(tree(program: program, initrd: ["init", program], filter: filter))
    }

    @Test func `a system that would use one disk alone is refused`() throws {
        let cases: [(tree: Scratch, missing: String)] = [
            (try tree(program: nil, initrd: ["usr/sbin/mdadm"]), "it has no mdadm"),
            (
                try tree(program: "usr/sbin/mdadm", initrd: ["init"]),
                "the initial RAM disk of \"/boot/vmlinuz-6.1\" has no mdadm"
            ),
            (
                try tree(program: "usr/sbin/mdadm", initrd: nil),
                "\"/boot/vmlinuz-6.1\" boots without an initial RAM disk that assembles it"
            ),
        ]
        for (tree, missing) in cases {
            #expect(throws: TargetSystemError.noMirrorSupport(missing: missing)) { try check(tree) }
        }
    }

    @Test func `what cannot be read is told from what is missing`() throws {
        let odd = try tree(program: "usr/sbin/mdadm", initrd: ["init"], filter: "sed 's/070701/999999/g'")
        let none = try Scratch()
        try none.write("ID=test\n", to: "etc/os-release")
        try none.write("#!", to: "usr/sbin/mdadm")
        for tree in [odd, none] {
            do {
                try check(tree)
                Issue.record("a system that cannot be looked into was taken for one that runs from a mirror")
            } catch TargetSystemError.mirrorUncertain(let reasons) {
                #expect(reasons.count == 1)
            }
        }
    }
}
