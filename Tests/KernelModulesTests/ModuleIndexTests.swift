import Testing

@testable import KernelModules

@Suite struct ModuleIndexTests {
    static let index: ModuleIndex = {
        var sources = ModuleIndex.Sources()
        sources.dependencies = Array(
            """
            kernel/net/core/failover.ko:
            kernel/drivers/net/net_failover.ko: kernel/net/core/failover.ko
            kernel/drivers/virtio/virtio.ko: kernel/drivers/virtio/virtio_ring.ko
            kernel/drivers/virtio/virtio_ring.ko:
            kernel/drivers/net/virtio_net.ko: kernel/drivers/net/net_failover.ko kernel/net/core/failover.ko kernel/drivers/virtio/virtio.ko kernel/drivers/virtio/virtio_ring.ko
            kernel/fs/btrfs/btrfs.ko.zst: kernel/lib/libcrc32c.ko
            kernel/lib/libcrc32c.ko:
            kernel/crypto/crc32c_generic.ko:
            kernel/arch/x86/crypto/crc32c-intel.ko:
            kernel/loop/a.ko: kernel/loop/b.ko
            kernel/loop/b.ko: kernel/loop/a.ko
            kernel/vfio/vfio.ko:
            kernel/vfio/vfio_type1.ko: kernel/vfio/vfio.ko
            not a line

            """.utf8)
        sources.aliases = Array(
            """
            # Aliases extracted from modules themselves.
            alias virtio:d00000001v* virtio_net
            alias crc32c crc32c_generic
            alias crypto-crc32c crc32c_generic
            alias crc32c crc32c_intel
            alias acpi*:NET0001:* virtio-net
            alias virtio:d00000002v* not_here
            alias broken

            """.utf8)
        sources.softDependencies = Array(
            """
            softdep libcrc32c pre: crc32c
            softdep btrfs pre: crypto-crc32c nowhere
            softdep vfio post: vfio_type1
            softdep failover virtio_net
            """.utf8)
        sources.builtIn = Array("kernel/fs/ext4/ext4.ko\nkernel/drivers/nvme/host/nvme-core.ko\n".utf8)
        sources.builtInInformation = Array("ext4.alias=fs-ext4\0nvme.alias=pci:v*d*sv*sd*bc01sc08i02*\0x\0".utf8)
        return ModuleIndex(sources)
    }()

    private func order(_ name: String) -> [String] {
        guard case .modules(let modules) = Self.index.resolve(name), let first = modules.first else { return [] }
        return Self.index.loadOrder(of: first).map(\.name)
    }

    @Test func `what a module needs is loaded before it`() {
        #expect(
            order("virtio-net") == ["virtio_ring", "virtio", "failover", "net_failover", "virtio_net"])
    }

    @Test func `soft dependencies come before and after, by name or alias, and may be missing`() {
        #expect(order("btrfs") == ["crc32c_generic", "crc32c_intel", "libcrc32c", "btrfs"])
        #expect(order("vfio") == ["vfio", "vfio_type1"])
        #expect(order("failover") == ["failover"])
    }

    @Test func `modules that need each other are each loaded once`() {
        #expect(order("a") == ["b", "a"])
    }

    @Test func `names, aliases and built-in code are told apart`() {
        #expect(
            Self.index.resolve("crc32c-intel") == .modules([ModuleFile(path: "kernel/arch/x86/crypto/crc32c-intel.ko")])
        )
        #expect(Self.index.resolve("ext4") == .builtIn)
        #expect(Self.index.resolve("nvme_core") == .builtIn)
        #expect(Self.index.resolve("fs-ext4") == .builtIn)
        #expect(Self.index.resolve("pci:v00001B36d00000010sv00001AF4sd00001100bc01sc08i02") == .builtIn)
        #expect(Self.index.resolve("bnx2") == .unknown)
    }

    @Test func `all modules that claim a device are found, on its bus and by wildcard, but none that is not there`() {
        #expect(Self.index.modules(claiming: "virtio:d00000001v00001AF4").map(\.name) == ["virtio_net"])
        #expect(Self.index.modules(claiming: "acpi:NET0001:").map(\.name) == ["virtio_net"])
        #expect(Self.index.modules(claiming: "crypto-crc32c").map(\.name) == ["crc32c_generic"])
        #expect(Self.index.modules(claiming: "crc32c").map(\.name) == ["crc32c_generic", "crc32c_intel"])
        #expect(Self.index.modules(claiming: "virtio:d00000002v00001AF4").isEmpty)
    }

    @Test func `a compressed module's name has no suffix`() {
        #expect(ModuleFile(path: "kernel/fs/btrfs/btrfs.ko.zst").name == "btrfs")
        #expect(ModuleFile(path: "crc32c-intel.ko").name == "crc32c_intel")
    }
}
