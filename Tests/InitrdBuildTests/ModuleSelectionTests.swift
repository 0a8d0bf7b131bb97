import KernelModules
import Testing

@testable import InitrdBuild

@Suite struct ModuleSelectionTests {
    static let index: ModuleIndex = {
        var sources = ModuleIndex.Sources()
        sources.dependencies = Array(
            """
            kernel/net/virtio_net.ko: kernel/net/failover.ko
            kernel/net/failover.ko:
            kernel/net/e1000e.ko:
            kernel/fs/btrfs.ko:
            kernel/crypto/crc32c_generic.ko:
            """.utf8)
        sources.softDependencies = Array("softdep btrfs pre: crypto-crc32c\n".utf8)
        sources.aliases = Array("alias crypto-crc32c crc32c_generic\n".utf8)
        sources.builtIn = Array("kernel/fs/ext4/ext4.ko\n".utf8)
        return ModuleIndex(sources)
    }()

    private func select(_ text: String, release: String = "6.1.0-44-cloud-amd64") throws -> ModuleSelection {
        try ModuleSelection(
            lists: [ModuleList(text, file: "nics.list")], index: Self.index, release: release)
    }

    @Test func `what the listed modules need comes along, in the order of paths`() throws {
        let selection = try select("btrfs # a comment\n\n  virtio-net\next4\n")
        #expect(selection.modules.map(\.name) == ["crc32c_generic", "btrfs", "failover", "virtio_net"])
        #expect(selection.builtIn == ["ext4"])
    }

    @Test func `an unknown name fails with its place and the nearest name, all of them together`() {
        let expected = ModuleListError.unknown(
            names: [
                .init(name: "virtionet", location: "nics.list:1", nearest: "virtio_net"),
                .init(name: "zzzzzzzz", location: "nics.list:3", nearest: nil),
            ], release: "6.1.0-44-cloud-amd64")
        #expect(throws: expected) { try select("virtionet\next4\nzzzzzzzz\n") }
    }

    @Test func `a mark excuses its own flavour only`() throws {
        #expect(try select("ahci !cloud").absent == ["ahci"])
        #expect(throws: ModuleListError.self) { try select("ahci !cloud", release: "6.1.0-44-amd64") }
        #expect(throws: ModuleListError.self) { try select("ahci !server") }
    }

    @Test func `a module that is there is taken, marked or not`() throws {
        #expect(try select("e1000e !cloud").modules.map(\.name) == ["e1000e"])
    }

    @Test(arguments: ["e1000e cloud", "e1000e !", "a b"])
    func `a line with more than marks is an error`(line: String) {
        #expect(throws: ModuleListError.self) { try ModuleList("\n" + line, file: "x.list") }
    }
}
