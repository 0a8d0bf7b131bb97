import Glibc
import LinuxSystem
import Synchronization
import SystemPackage
import Testing

@testable import KernelModules

/// A kernel that only remembers what it was given.
private final class RecordingKernel: Sendable {
    let inserted = Mutex<[String]>([])
    let onInsert: @Sendable (_ name: String) throws(SystemCallError) -> Void

    init(onInsert: @escaping @Sendable (_ name: String) throws(SystemCallError) -> Void = { _ in }) {
        self.onInsert = onInsert
    }

    var names: [String] { inserted.withLock { $0 } }

    func loader(
        _ index: ModuleIndex = ModuleIndexTests.index, options: ModuleOptions = ModuleOptions(),
        limit: Duration = .seconds(5)
    ) -> ModuleLoader {
        ModuleLoader(index: index, directory: "/m", options: options, limit: limit) {
            (path, parameters) throws(SystemCallError) in
            let name = ModuleFile.name(ofPath: path)
            self.inserted.withLock { $0.append(parameters.isEmpty ? name : "\(name) \(parameters)") }
            try self.onInsert(name)
        }
    }
}

@Suite struct ModuleLoaderTests {
    @Test func `a module is loaded once, with its options`() throws {
        let kernel = RecordingKernel()
        let loader = kernel.loader(options: ModuleOptions(commandLine: "quiet virtio-net.napi_tx=0 virtio_net.gso=1"))
        #expect(try loader.load("virtio_net").count == 5)
        #expect(try loader.load("virtio_net").isEmpty)
        #expect(loader.handle(modalias: "virtio:d00000001v00001AF4").isEmpty)
        #expect(kernel.names.last == "virtio_net napi_tx=0 gso=1")
        #expect(kernel.names.count == 5)
    }

    @Test func `what is there already is no error`() throws {
        let kernel = RecordingKernel { name throws(SystemCallError) in
            throw SystemCallError(call: "finit_module", subject: name, errno: .fileExists)
        }
        #expect(try kernel.loader().load("libcrc32c").map(\.outcome) == [.alreadyThere, .alreadyThere, .alreadyThere])
    }

    @Test func `a refusal names the module, and a soft dependency's refusal does not stop it`() throws {
        let kernel = RecordingKernel { name throws(SystemCallError) in
            if name.hasPrefix("crc32c") || name == "vfio" {
                throw SystemCallError(
                    call: "finit_module", subject: name, errno: .operationNotSupportedByDevice)
            }
        }
        let loader = kernel.loader()
        #expect(try loader.load("btrfs").last?.outcome == .loaded)
        let refused = ModuleError(module: "vfio", neededBy: nil, reason: .refused(.operationNotSupportedByDevice))
        #expect(throws: refused) { try loader.load("vfio") }
    }

    @Test func `an unknown name is an error, a built-in one is not`() throws {
        let loader = RecordingKernel().loader()
        #expect(throws: ModuleError(module: "bnx2", neededBy: nil, reason: .unknown)) { try loader.load("bnx2") }
        #expect(try loader.load("ext4").isEmpty)
    }

    @Test func `a driver that hangs does not stop the others`() throws {
        let kernel = RecordingKernel { name in
            if name == "crc32c_generic" { sleep(2) }
        }
        let loads = try kernel.loader(limit: .milliseconds(50)).load("btrfs")
        guard case .failed(let error) = loads.first?.outcome else {
            Issue.record("the hanging module is said to be loaded")
            return
        }
        #expect(error.reason == .notReturned(after: .milliseconds(50)))
        #expect(error.neededBy == "btrfs")
        #expect(loads.last == loads.last { $0.module == "btrfs" && $0.outcome == .loaded })
    }

    @Test func `denied modules come by name only`() throws {
        let kernel = RecordingKernel()
        let loader = kernel.loader(options: ModuleOptions(commandLine: "modprobe.blacklist=virtio-net,floppy"))
        #expect(loader.handle(modalias: "virtio:d00000001v00001AF4").isEmpty)
        #expect(try loader.load("virtio_net").count == 5)
    }

    @Test func `options with quoted blanks stay whole`() {
        let options = ModuleOptions(commandLine: #"a.b="x y" .c=d e.=f root=/dev/sda1 "#)
        #expect(options.parameters == ["a": #"b="x y""#, "e": "=f"])
    }
}

@Suite struct ColdPlugTests {
    /// A made-up /sys/devices in a directory of its own.
    private final class DeviceTree: Sendable {
        let root: String

        init() throws {
            var template = Array("/tmp/martlet-devices.XXXXXX".utf8CString)
            root = template.withUnsafeMutableBufferPointer { buffer in
                buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) } ?? ""
            }
            try #require(!root.isEmpty)
        }

        func add(_ path: String, _ modalias: String, driver: Bool = false) throws {
            try Files.makeDirectories("\(root)/\(path)")
            try Files.write(modalias + "\n", to: "\(root)/\(path)/modalias")
            if driver { symlink("/sys/bus/x/drivers/y", "\(root)/\(path)/driver") }
        }

        deinit { remove(root) }

        private func remove(_ path: String) {
            for name in (try? Files.list(path)) ?? [] where unlink("\(path)/\(name)") != 0 { remove("\(path)/\(name)") }
            rmdir(path)
        }
    }

    private static let index: ModuleIndex = {
        var sources = ModuleIndex.Sources()
        let modules = ["virtio_pci", "virtio_net", "virtio_scsi", "sd_mod", "aesni_intel"]
        sources.dependencies = Array(modules.map { "\($0).ko:\n" }.joined().utf8)
        sources.aliases = Array(
            """
            alias pci:v00001AF4d*sv*sd*bc*sc*i* virtio_pci
            alias virtio:d00000001v* virtio_net
            alias virtio:d00000008v* virtio_scsi
            alias scsi:t-0x00* sd_mod
            alias cpu:type:x86,ven*fam*mod*:feature:*0099* aesni_intel
            """.utf8)
        return ModuleIndex(sources)
    }()

    @Test func `buses that appear through a driver are walked too, until nothing is new`() throws {
        let tree = try DeviceTree()
        let pci = "pci:v00001AF4d00001004sv00001AF4sd00000008bc01sc00i00"
        try tree.add("pci0000:00/0000:00:03.0", pci)
        try tree.add("system/cpu/cpu0", "cpu:type:x86,ven0000fam0006mod000F:feature:,0099,")
        let kernel = RecordingKernel { name in
            switch name {
            case "virtio_pci": try? tree.add("pci0000:00/0000:00:03.0/virtio0", "virtio:d00000008v00001AF4")
            case "virtio_scsi": try? tree.add("pci0000:00/0000:00:03.0/virtio0/host0/0:0:0:0", "scsi:t-0x00")
            default: break
            }
        }
        let report = kernel.loader(Self.index).coldPlug(devices: tree.root)
        #expect(kernel.names == ["virtio_pci", "virtio_scsi", "sd_mod"])
        #expect(report.loads.map(\.outcome) == [.loaded, .loaded, .loaded])
        #expect(report.passes == 4)
        #expect(report.failures.isEmpty)
    }

    @Test func `network and storage devices without a driver are reported, others are not`() throws {
        let tree = try DeviceTree()
        try tree.add("0000:00:01.0", "pci:v000014E4d00001639sv00001028sd0000028Cbc02sc00i00")
        try tree.add("0000:00:02.0", "pci:v00001AF4d00001000sv00001AF4sd00000001bc02sc00i00")
        try tree.add("0000:00:03.0", "pci:v00001234d00001111sv00001AF4sd00001100bc03sc00i00")
        try tree.add("0000:00:04.0", "pci:v00008086d00002922sv00001AF4sd00001100bc01sc06i01", driver: true)
        try tree.add("1-1:1.0", "usb:v46F4p0001d0000dc00dsc00dp00ic08isc06ip50in00")
        let report = RecordingKernel().loader(Self.index).coldPlug(devices: tree.root)
        #expect(
            report.unclaimed.map(\.description) == [
                "network device pci 0000:00:01.0 (14e4:1639) has no driver: no module of this initramfs claims it",
                "network device pci 0000:00:02.0 (1af4:1000) has no driver: virtio_pci did not take it",
                "storage device usb 1-1:1.0 (46f4:0001) has no driver: no module of this initramfs claims it",
            ])
    }

    @Test func `a driver that makes ever more devices is given up on`() throws {
        let tree = try DeviceTree()
        try tree.add("0", "virtio:d00000001v0")
        let aliases = (0..<40).map { "alias x:\($0) m\($0)" } + ["alias virtio:d00000001v0 m99"]
        var sources = ModuleIndex.Sources()
        sources.dependencies = Array(((0..<40).map { "m\($0).ko:" } + ["m99.ko:"]).joined(separator: "\n").utf8)
        sources.aliases = Array(aliases.joined(separator: "\n").utf8)
        let counter = Mutex(0)
        let kernel = RecordingKernel { _ in
            let next = counter.withLock { value in
                defer { value += 1 }
                return value
            }
            try? tree.add("d\(next)", "x:\(next)")
        }
        #expect(kernel.loader(ModuleIndex(sources)).coldPlug(devices: tree.root).passes == 16)
    }
}

@Suite struct ModuleOptionsTests {
    @Test func aDefaultIsAddedOnlyWhereTheCommandLineHasNone() {
        let none = ModuleOptions(commandLine: "quiet").adding("scan", "sync", to: "scsi_mod")
        #expect(none.parameters["scsi_mod"] == "scan=sync")
        let other = ModuleOptions(commandLine: "scsi_mod.max_luns=8").adding("scan", "sync", to: "scsi_mod")
        #expect(other.parameters["scsi_mod"] == "max_luns=8 scan=sync")
        let given = ModuleOptions(commandLine: "scsi_mod.scan=async").adding("scan", "sync", to: "scsi_mod")
        #expect(given.parameters["scsi_mod"] == "scan=async")
    }
}
