import BlockDevices
import Foundation
import LinuxSystem
import PartitionTable
import Testing

@testable import TargetSystem

/// A disk whose table is only in memory, as before the seal: the kernel knows its partitions by BLKPG.
private final class UnsealedDisk {
    let device: String
    let file: String
    private(set) var table: PartitionTable
    private let sectorSize: Int
    private let imageHead: [UInt8]
    private let bytes: Int
    private let scratch: Scratch
    private var name: String { (device as NSString).lastPathComponent }

    /// An ESP, and a root of 400 MiB as the last partition, in the words of sgdisk(8).
    static let usualPartitions = ["-n", "1:1M:+32M", "-t", "1:ef00", "-n", "2:40M:+400M", "-t", "2:8304"]

    /// A disk of `megabytes` with a GPT that sgdisk made for 512 MiB.
    init(megabytes: Int, sectorSize: Int, partitions: [String] = usualPartitions) throws {
        scratch = try Scratch()
        self.sectorSize = sectorSize
        bytes = megabytes << 20
        file = "\(scratch.path)/disk"
        try run("truncate", "-s", "512M", file)
        let image = try run("losetup", "--find", "--show", "--sector-size", "\(sectorSize)", file)
        defer { _ = try? run("losetup", "--detach", image) }
        try run("sgdisk", partitions + [image])
        imageHead = try Descriptor.open(image, O_RDONLY).readBytes(count: PartitionTable.usualHeadLength, at: 0)
        guard case .gpt(let gpt) = try PartitionTable.read(imageHead: imageHead, sectorSize: sectorSize) else {
            throw PartitionTableError.noTable
        }
        table = .gpt(try gpt.relocated(toDiskSectors: bytes / sectorSize))
        // Only the body, which is empty, comes to the disk.
        try run("rm", file)
        try run("truncate", "-s", "\(megabytes)M", file)
        device = try run("losetup", "--find", "--show", "--partscan", "--sector-size", "\(sectorSize)", file)
        try kernel().replace(with: gpt.entries.map { extent(of: $0, in: gpt) })
    }

    deinit {
        try? kernel().removeAll()
        _ = try? run("losetup", "--detach", device)
    }

    func partition(_ number: Int, type: String) -> TargetPartition {
        TargetPartition(
            number: number, devicePath: "\(device)p\(number)", fileSystem: FileSystemIdentity(type: type))
    }

    func grow(_ number: Int) throws -> PartitionGrowth {
        let growth = try table.growing(number, toDiskSectors: bytes / sectorSize)
        try kernel().resize(
            PartitionExtent(number: number, startBytes: growth.startBytes, lengthBytes: growth.newLengthBytes))
        table = growth.table
        return growth
    }

    /// Writes what the seal writes, and has other programs check it.
    func seal() throws -> String {
        guard case .gpt(let gpt) = table else { return "" }
        try kernel().removeAll()
        let disk = try Descriptor.open(device, O_RDWR)
        try gpt.head(from: imageHead).withUnsafeBytes { try disk.writeAll($0, at: 0) }
        try gpt.backup.bytes.withUnsafeBytes { try disk.writeAll($0, at: UInt64(gpt.backup.offset)) }
        try disk.synchronize()
        try run("sfdisk", "--verify", device)
        return try run("sgdisk", "--verify", device)
    }

    private func kernel() throws -> KernelPartitions {
        KernelPartitions(of: name, descriptor: try Descriptor.open(device, O_RDONLY))
    }

    private func extent(of entry: GPTEntry, in table: GPT) -> PartitionExtent {
        PartitionExtent(
            number: entry.number, startBytes: UInt64(table.firstByte(of: entry)),
            lengthBytes: UInt64(table.byteCount(of: entry)))
    }
}

/// Needs root, loop devices, and the drivers of three file systems.
@Suite(.serialized) struct RootGrowthTests {
    struct Case: CustomTestStringConvertible {
        let type: String
        let make: [String]
        let check: [String]
        var sectorSize = 512
        var testDescription: String { (make + ["\(sectorSize)"]).joined(separator: " ") }
    }

    static let cases = [
        Case(type: "ext4", make: ["mkfs.ext4", "-q"], check: ["e2fsck", "-fn"]),
        Case(type: "ext4", make: ["mkfs.ext4", "-q", "-b", "1024", "-O", "^has_journal"], check: ["e2fsck", "-fn"]),
        Case(type: "ext4", make: ["mkfs.ext4", "-q", "-O", "meta_bg,^resize_inode"], check: ["e2fsck", "-fn"]),
        // Descriptors reserved for too little: the driver converts to meta_bg.
        Case(type: "ext4", make: ["mkfs.ext4", "-q", "-E", "resize=500000"], check: ["e2fsck", "-fn"]),
        Case(type: "ext2", make: ["mkfs.ext2", "-q"], check: ["e2fsck", "-fn"]),
        Case(type: "ext3", make: ["mkfs.ext3", "-q"], check: ["e2fsck", "-fn"]),
        Case(type: "xfs", make: ["mkfs.xfs", "-q", "-i", "maxpct=17"], check: ["xfs_repair", "-n"]),
        Case(type: "btrfs", make: ["mkfs.btrfs", "-q"], check: ["btrfs", "check", "--readonly"]),
        Case(type: "ext4", make: ["mkfs.ext4", "-q"], check: ["e2fsck", "-fn"], sectorSize: 4096),
        Case(type: "xfs", make: ["mkfs.xfs", "-q", "-i", "maxpct=17"], check: ["xfs_repair", "-n"], sectorSize: 4096),
    ]

    @Test(arguments: cases) func aMountedRootGrowsWithItsPartition(example: Case) throws {
        let disk = try UnsealedDisk(megabytes: 20 << 10, sectorSize: example.sectorSize)
        let partition = disk.partition(2, type: example.type)
        try run("env", example.make + [partition.devicePath])
        let scratch = try Scratch()
        let root = try MountedRoot.mount(
            partition, among: [partition], at: "\(scratch.path)/newroot", loadModule: noModules)
        try Files.write("there", to: "\(root.mountPoint)/file")

        let growth = try disk.grow(2)
        guard try canGrow(example.type) else {
            #expect(throws: TargetSystemError.self) {
                try root.growFileSystem(toPartitionBytes: growth.newLengthBytes)
            }
            return try check(example, disk, root)
        }
        let grown = try root.growFileSystem(toPartitionBytes: growth.newLengthBytes)
        // At least nine tenths of the partition: inodes and logs take their part.
        #expect(grown.oldBytes <= 400 << 20)
        #expect(grown.newBytes > growth.newLengthBytes / 10 * 9)
        #expect(grown.newBytes <= growth.newLengthBytes)
        // What fits already stays as it is.
        let again = try root.growFileSystem(toPartitionBytes: growth.newLengthBytes)
        #expect(again.oldBytes == grown.newBytes && again.newBytes == grown.newBytes)
        if example.type == "xfs" {
            #expect(try run("xfs_info", root.mountPoint).contains("imaxpct=17"))
        }
        try check(example, disk, root)
    }

    /// The file system is whole, and what was in it is there; so is the table.
    private func check(_ example: Case, _ disk: UnsealedDisk, _ root: MountedRoot) throws {
        #expect(try Files.readText("\(root.mountPoint)/file") == "there")
        try root.unmount()
        waitUntilFree(root.partition.devicePath)
        try run("env", example.check + [root.partition.devicePath])
        #expect(try disk.seal().contains("No problems found."))
    }

    /// A program that was started with mounts of its own meanwhile has a copy of this one, and holds it to its end.
    private func waitUntilFree(_ device: String) {
        for _ in 0..<150 where (try? Descriptor.open(device, O_RDWR | O_EXCL)) == nil { usleep(100_000) }
    }

    /// ext4 asks for CAP_SYS_RESOURCE (bit 24), which a container's root may lack: there only the refusal can be seen,
    /// and the growth itself in GrowVMTests.
    private func canGrow(_ type: String) throws -> Bool {
        let field = try Files.readText("/proc/self/status").split(separator: "\n").first { $0.hasPrefix("CapEff:") }
        let capabilities = UInt64(field?.split(separator: "\t").last ?? "", radix: 16) ?? 0
        return !type.hasPrefix("ext") || capabilities >> 24 & 1 == 1
    }

    @Test func aFileSystemThatCannotGrowStaysAndTheTableIsStillValid() throws {
        let disk = try UnsealedDisk(megabytes: 4 << 10, sectorSize: 512)
        let partition = disk.partition(2, type: "ext4")
        try run("mkfs.ext4", "-q", "-O", "bigalloc,^resize_inode", partition.devicePath)
        // The driver grows nothing that it has found errors in.
        try run("debugfs", "-w", "-R", "set_super_value state 2", partition.devicePath)
        let scratch = try Scratch()
        let root = try MountedRoot.mount(
            partition, among: [partition], at: "\(scratch.path)/newroot", loadModule: noModules)
        let growth = try disk.grow(2)
        let failure = #expect(throws: TargetSystemError.self) {
            try root.growFileSystem(toPartitionBytes: growth.newLengthBytes)
        }
        #expect(
            failure?.description.hasPrefix(
                "the ext4 on \(partition.devicePath) did not grow to the length of its partition: ") == true)
        try root.unmount()
        #expect(try disk.seal().contains("No problems found."))
    }

    @Test(arguments: [512, 4096], 0..<4) func otherProgramsFindNoFaultInATableThatGrew(sectorSize: Int, round: Int)
        throws
    {
        // Up to five partitions of any size, numbered in any order, aligned or not.
        let numbers = Array((1...40).shuffled().prefix(.random(in: 1...5)))
        var first = 2 * 1024 * 1024 / sectorSize + Int.random(in: 0..<1000)
        var partitions = ["-a", "1"]
        for number in numbers {
            let count = Int.random(in: 1...(64 << 20) / sectorSize)
            partitions += ["-n", "\(number):\(first):\(first + count - 1)"]
            first += count + .random(in: 0..<1000)
        }
        let disk = try UnsealedDisk(
            megabytes: .random(in: 513...8000), sectorSize: sectorSize, partitions: partitions)
        let last = try #require(numbers.last)
        let growth = try disk.grow(last)
        let size = try Descriptor.open(disk.partition(last, type: "").devicePath, O_RDONLY).sizeInBytes()
        #expect(size == growth.newLengthBytes, "\(partitions)")
        #expect(try disk.seal().contains("No problems found."), "\(partitions)")
    }

    @Test func aRootWithAPartitionBehindItDoesNotGrow() throws {
        let disk = try UnsealedDisk(
            megabytes: 1 << 10, sectorSize: 512, partitions: UnsealedDisk.usualPartitions + ["-n", "3:450M:+8M"])
        #expect(throws: NoGrowth.notLast(2, behind: [3])) { try disk.grow(2) }
        #expect(try disk.seal().contains("No problems found."))
    }
}
