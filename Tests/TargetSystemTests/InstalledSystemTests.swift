import DeployVars
import Glibc
import LinuxSystem
import PartitionTable
import Testing

@testable import TargetSystem

/// A disk with a GPT and one ext4 root in it, on two loop devices: the whole, and the partition.
private final class LoopDisk {
    let scratch: Scratch
    let device: String
    let partition: String
    private static let start = 1 << 20
    private static let megabytes = 16

    init(rootFrom tree: Scratch, type: String = Architecture.current.rootPartitionType.guid.description) throws {
        scratch = try Scratch()
        let root = "\(scratch.path)/root"
        try run("truncate", "-s", "\(Self.megabytes)M", root)
        try run("mkfs.ext4", "-q", "-d", tree.path, root)
        let disk = "\(scratch.path)/disk"
        try run("truncate", "-s", "\(Self.megabytes + 2)M", disk)
        try run("sgdisk", "-n", "1:2048:+\(Self.megabytes)M", "-t", "1:\(type)", disk)
        try run("dd", "if=\(root)", "of=\(disk)", "bs=1M", "seek=1", "conv=notrunc")
        device = try run("losetup", "--find", "--show", disk)
        partition = try run(
            "losetup", "--find", "--show", "--offset", "\(Self.start)", "--sizelimit", "\(Self.megabytes << 20)", disk)
    }

    deinit {
        for loop in [partition, device] { _ = try? run("losetup", "--detach", loop) }
    }

    func find(_ selector: RootSelector = .automatic, knows isKnown: Bool = true) throws -> InstalledSystem {
        let table = try InstalledSystem.partitions(on: device, sectorSize: 512)
        let partitions = TargetPartition.all(
            of: table, devicePath: { isKnown && $0 == 1 ? partition : nil },
            probe: { _ in FileSystemIdentity(type: "ext4") })
        let search = RootSearch(partitions, mountPoint: "\(scratch.path)/search", loadModule: noModules)
        return InstalledSystem(root: try search.root(for: selector), partitions: partitions)
    }

    var hash: String { get throws { try run("sha256sum", "\(scratch.path)/disk") } }
}

@Suite(.serialized) struct `Installed system as Root` {
    private func tree(_ order: String?) throws -> Scratch {
        let tree = try Scratch()
        try tree.write("ID=tiny\n", to: "etc/os-release")
        if let order { try tree.write(order, to: "var/lib/martlet/provision-id") }
        return tree
    }

    @Test(arguments: [("order-7\n", "order-7"), ("order-7", "order-7"), (nil, nil), ("\n", nil)])
    func `the order of a disk is read, and not a byte of it written`(file: String?, order: String?) throws {
        let disk = try LoopDisk(rootFrom: try tree(file))
        let before = try disk.hash
        let scratch = try Scratch()
        let system = try disk.find()
        #expect(system.root.devicePath == disk.partition)
        #expect(try system.provisionID(at: "\(scratch.path)/look", loadModule: noModules) == order)
        #expect(try Files.list("\(scratch.path)/look").isEmpty)
        #expect(try disk.hash == before)
    }

    @Test func `a disk whose table is withheld, or whose root is another partition, holds no system`() throws {
        let disk = try LoopDisk(rootFrom: try tree("order-7\n"))
        #expect(throws: TargetSystemError.self) { try disk.find(.number(2)) }
        try run("dd", "if=/dev/zero", "of=\(disk.device)", "bs=1M", "count=1", "conv=notrunc,fsync")
        #expect(throws: PartitionTableError.self) { try disk.find() }
    }

    @Test func `a partition that the kernel does not know is no root`() throws {
        let disk = try LoopDisk(rootFrom: try tree("order-7\n"))
        #expect(throws: TargetSystemError.self) { try disk.find(knows: false) }
    }
}
