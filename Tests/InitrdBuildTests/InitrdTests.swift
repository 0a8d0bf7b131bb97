import CPIOArchive
import CZstd
import Glibc
import LinuxSystem
import Testing

@testable import InitrdBuild

/// A kernel package, firmware and programs made up in a temporary directory.
private final class Workshop {
    let directory: String
    var recipe: InitrdRecipe

    init() throws {
        var template = Array("/tmp/martlet-initrd.XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        directory = try #require(made)
        recipe = InitrdRecipe(
            kernelDirectory: "\(directory)/kernel", lists: [try ModuleList("bnx2\next4\n", file: "x.list")],
            agent: "\(directory)/agent", busybox: "\(directory)/busybox",
            applets: ["bin/sh", "sbin/init", "linuxrc", "bin/busybox", "usr/bin/wget"])
        recipe.firmwareDirectories = ["\(directory)/fw1", "\(directory)/fw2"]
        recipe.certificates = "\(directory)/ca.pem"
        recipe.compressionLevel = 3
        recipe.modificationTime = 1_700_000_000
        let modules = "kernel/lib/modules/6.1.0-44-amd64"
        try write("\(modules)/modules.dep", "net/bnx2.ko: net/cnic.ko\nnet/cnic.ko:\nnet/tg3.ko:\n")
        try write(
            "\(modules)/modules.alias", "# comment\nalias pci:v000014E4d00001639* bnx2\nalias pci:v000014E4d* tg3\n")
        try write("\(modules)/modules.softdep", "softdep bnx2 pre: nothing\nsoftdep tg3 pre: libphy\n")
        try write("\(modules)/modules.builtin", "kernel/fs/ext4/ext4.ko\n")
        try write("\(modules)/net/bnx2.ko", elfModule(["firmware=bnx2/a.fw", "firmware=bnx2/none.fw"]))
        try write("\(modules)/net/cnic.ko", elfModule(["license=GPL"]))
        try write("\(modules)/net/tg3.ko", elfModule([]))
        try write("fw1/x", "")
        try write("fw2/bnx2/a.fw", "FIRMWARE")
        try write("agent", "AGENT")
        try write("busybox", "BUSYBOX")
        try write("gpgv", "GPGV")
        try write("ca.pem", "CA")
    }

    func build() throws -> Initrd { try Initrd(recipe) }

    private func write(_ path: String, _ text: String) throws { try write(path, Array(text.utf8)) }

    func write(_ path: String, _ bytes: [UInt8]) throws {
        let full = "\(directory)/\(path)"
        let parent = full.split(separator: "/").dropLast().joined(separator: "/")
        try Files.makeDirectories("/\(parent)")
        try Files.write(bytes, to: full)
    }

    deinit { remove(directory) }

    private func remove(_ path: String) {
        for name in (try? Files.list(path)) ?? [] where unlink("\(path)/\(name)") != 0 { remove("\(path)/\(name)") }
        rmdir(path)
    }
}

@Suite struct InitrdTests {
    private func unpack(_ initrd: Initrd) throws -> CPIOTree {
        var bytes = [UInt8](repeating: 0, count: initrd.unpackedSize)
        let frame = ZSTD_findFrameCompressedSize(initrd.bytes, initrd.bytes.count)
        let size = ZSTD_decompress(&bytes, bytes.count, initrd.bytes, frame)
        try #require(size == initrd.unpackedSize)
        return try CPIOTree(unpacking: bytes)
    }

    private func text(_ tree: CPIOTree, _ path: String) -> String? {
        guard case .file(let bytes) = tree[path]?.content else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `gpgv is in the archive where it is asked for`() throws {
        let workshop = try Workshop()
        workshop.recipe.gpgv = "\(workshop.directory)/gpgv"
        let tree = try unpack(try workshop.build())
        #expect(text(tree, "usr/bin/gpgv") == "GPGV")
        #expect(tree["usr/bin/gpgv"]?.permissions == 0o755)
    }

    @Test func `the archive holds the programs, the closure of the modules, and their firmware`() throws {
        let workshop = try Workshop()
        let initrd = try Initrd(workshop.recipe)
        let tree = try unpack(initrd)
        let modules = "lib/modules/6.1.0-44-amd64"
        #expect(text(tree, "init") == "AGENT")
        #expect(tree["init"]?.permissions == 0o755)
        #expect(tree["usr/bin/martlet"]?.content == .symbolicLink("/init"))
        #expect(tree["bin/sh"]?.content == .symbolicLink("/bin/busybox"))
        #expect(text(tree, "bin/busybox") == "BUSYBOX")
        #expect(tree["sbin/init"] == nil)
        #expect(tree["linuxrc"] == nil)
        #expect(tree["usr/bin/gpgv"] == nil)
        #expect(tree["\(modules)/net/bnx2.ko"] != nil)
        #expect(tree["\(modules)/net/tg3.ko"] == nil)
        #expect(text(tree, "\(modules)/modules.dep") == "net/bnx2.ko: net/cnic.ko\nnet/cnic.ko:\n")
        #expect(text(tree, "\(modules)/modules.alias") == "alias pci:v000014E4d00001639* bnx2\n")
        #expect(text(tree, "\(modules)/modules.softdep") == "softdep bnx2 pre: nothing\n")
        #expect(text(tree, "lib/firmware/bnx2/a.fw") == "FIRMWARE")
        #expect(text(tree, "etc/ssl/certs/ca-certificates.crt") == "CA")
        #expect(initrd.missingFirmware == ["bnx2/none.fw": ["bnx2"]])
        #expect(initrd.selection.builtIn == ["ext4"])
        #expect(tree.entries.allSatisfy { $0.modificationTime == 1_700_000_000 && $0.owner == 0 })
    }

    @Test func `an overlay finds its directories, closed to others`() throws {
        let tree = try unpack(Workshop().build())
        #expect(tree["deploy"]?.permissions == 0o700)
        #expect(tree["deploy/nocloud"]?.content == .directory)
        #expect(tree["dev/console"]?.content == .characterDevice(major: 5, minor: 1))
        #expect(tree["tmp"]?.permissions == 0o1777)
    }

    @Test func `the same input gives the same bytes, a multiple of four`() throws {
        let first = try Workshop().build().bytes
        let second = try Workshop().build().bytes
        #expect(first == second)
        #expect(first.count % 4 == 0)
    }

    @Test func `a kernel package that was not indexed is refused with what to do`() throws {
        let workshop = try Workshop()
        unlink("\(workshop.directory)/kernel/lib/modules/6.1.0-44-amd64/modules.dep")
        let error = #expect(throws: InitrdError.self) { try Initrd(workshop.recipe) }
        #expect(error?.advice.contains("depmod") == true)
    }

    @Test func `of several kernels one must be named`() throws {
        let workshop = try Workshop()
        try workshop.write("kernel/lib/modules/6.1.0-45-amd64/modules.dep", [])
        #expect(throws: InitrdError.self) { try Initrd(workshop.recipe) }
        var recipe = workshop.recipe
        recipe.kernelRelease = "6.1.0-44-amd64"
        #expect(try Initrd(recipe).kernelRelease == "6.1.0-44-amd64")
    }

    @Test func `a module that is not one is refused`() throws {
        let workshop = try Workshop()
        try workshop.write("kernel/lib/modules/6.1.0-44-amd64/net/cnic.ko", [0x28, 0xB5, 0x2F, 0xFD])
        #expect(throws: InitrdError.self) { try Initrd(workshop.recipe) }
    }
}
