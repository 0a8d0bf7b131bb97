import Glibc
import LinuxSystem
import Testing

@testable import BlockDevices

/// Needs root and loop devices.
@Suite(.serialized) struct RootDiskReleaseTests {
    private static let size = 24 << 20

    @Test(arguments: [UInt32(512), 4096])
    func aDiskWithATableAndOldContentsComesOutBlank(sectorSize: UInt32) throws {
        let loop = try LoopDevice(bytes: Self.size, sectorSize: sectorSize)
        try run("/usr/sbin/sgdisk", "-n", "1:2M:+8M", "-n", "2:10M:+4M", "-n", "3:14M:+4M", loop.path)
        try KernelPartitions(of: loop.name, descriptor: try loop.open()).replace(with: [
            PartitionExtent(number: 1, startBytes: 2 << 20, lengthBytes: 8 << 20),
            PartitionExtent(number: 2, startBytes: 10 << 20, lengthBytes: 4 << 20),
            PartitionExtent(number: 3, startBytes: 14 << 20, lengthBytes: 4 << 20),
        ])
        try run("/sbin/mkfs.ext4", "-q", "-L", "old", loop.path + "p1")
        try Descriptor.open(loop.path + "p2", O_RDWR).write(swapHeader(), at: 0)
        try makeMemberOfEveryVersion(loop.path + "p3")
        let marker = UInt64(19 << 20)
        try loop.open().fill(from: marker, count: 1 << 20)

        let disk = try loop.disk()
        let (pinned, report) = try DiskRelease().release(disk)
        #expect(report.stopped == [] && report.left == [])
        for expected in [
            "p1: ext4", "p2: swap", "p3: md 0.90 superblock at byte 4128768", "p3: md 1.0 superblock at byte 4186112",
            "p3: md 1.1 superblock at byte 0", "p3: md 1.2 superblock at byte 4096",
        ] {
            #expect(report.wiped.contains(loop.name + expected), "\(report)")
        }
        #expect(try loop.disk().partitions == [])
        #expect(throws: PinError.busy(loop.path)) { try PinnedDisk(disk) }

        // A fresh look at the disk, and at where its partitions were.
        let again = KernelPartitions(of: loop.name, descriptor: try pinned.descriptor())
        try again.replace(
            with: disk.partitions.map {
                PartitionExtent(number: $0.number, startBytes: $0.startBytes, lengthBytes: $0.sizeBytes)
            })
        for path in [loop.path] + disk.partitions.map(\.devicePath) {
            #expect(try Signatures.all(on: path) == [])
            #expect(try MDSuperblock.find(on: try Descriptor.open(path, O_RDONLY)) == [])
        }
        let bytes = try loop.file.descriptor.readBytes(count: Self.size, at: 0)
        #expect(bytes[..<(1 << 20)].isAll(0))
        #expect(bytes[(Self.size - (1 << 20))...].isAll(0))
        // What is neither head, tail nor signature is left alone: no pass over the whole disk.
        #expect(bytes[Int(marker)..<Int(marker) + (1 << 20)].isAll(0xa5))
    }

    @Test func headAndTailAreGoneBeforeASignatureIsWiped() throws {
        let loop = try LoopDevice(bytes: Self.size)
        try run("/usr/sbin/sgdisk", "-n", "1:2M:+16M", loop.path)
        try KernelPartitions(of: loop.name, descriptor: try loop.open()).replace(with: [
            PartitionExtent(number: 1, startBytes: 2 << 20, lengthBytes: 16 << 20)
        ])
        let (_, report) = try DiskRelease().release(try loop.disk())
        #expect(report.wiped.first == "\(loop.name): first and last bytes (1048576 and 1048576)")
        #expect(!report.wiped.contains { $0.hasSuffix(": gpt") || $0.hasSuffix(": PMBR") })
    }

    @Test func anotherDisksBytesStayAsTheyWere() throws {
        let target = try LoopDevice(bytes: Self.size)
        let other = try LoopDevice(bytes: Self.size)
        for loop in [target, other] { try run("/sbin/mkfs.ext4", "-q", loop.path) }
        let before = try other.file.descriptor.readBytes(count: Self.size, at: 0)
        _ = try DiskRelease().release(try target.disk())
        #expect(try other.file.descriptor.readBytes(count: Self.size, at: 0) == before)
        #expect(try Signatures.all(on: target.path) == [])
        #expect(try Signatures.fileSystem(on: other.path)?.type == "ext4")
    }

    @Test func whatComesBeforeTheFirstWriteFindsTheDiskHeldAndWhole() throws {
        let loop = try LoopDevice(bytes: Self.size)
        try run("/usr/sbin/sgdisk", "-n", "1:2M:+16M", loop.path)
        let disk = try loop.disk()
        var seen: [String] = []
        _ = try DiskRelease().release(disk) {
            seen += ((try? Signatures.all(on: loop.path)) ?? []).map(\.type)
            #expect(throws: PinError.busy(loop.path)) { try PinnedDisk(disk) }
        }
        #expect(seen.contains("gpt"))
        let holder = try PinnedDisk(disk)
        #expect(throws: PinError.self) { try DiskRelease().release(disk) { seen = [] } }
        #expect(!seen.isEmpty)
        holder.drop()
    }

    @Test func aReleaseCanBeRepeated() throws {
        let loop = try LoopDevice(bytes: Self.size)
        let disk = try loop.disk()
        for _ in 0..<2 {
            let (_, report) = try DiskRelease().release(disk)
            #expect(report.wiped.count == 1)
        }
    }

    private func makeMemberOfEveryVersion(_ path: String) throws {
        let member = try Descriptor.open(path, O_RDWR)
        for version in MDSuperblock.Version.allCases {
            try member.write(superblock(version, member), at: try place(version, member))
        }
        try member.synchronize()
        #expect(try MDSuperblock.find(on: member).map(\.version) == MDSuperblock.Version.allCases)
    }

    private func place(_ version: MDSuperblock.Version, _ member: Descriptor) throws -> UInt64 {
        try #require(version.offset(memberBytes: try member.sizeInBytes()))
    }

    /// As much of a superblock as recognises it: magic, major version, and the sector of 1.x.
    private func superblock(_ version: MDSuperblock.Version, _ member: Descriptor) throws -> [UInt8] {
        let sector = try place(version, member) / 512
        var bytes: [UInt8] = [0xfc, 0x4e, 0x2b, 0xa9, version == .v0_90 ? 0 : 1] + [UInt8](repeating: 0, count: 251)
        if version != .v0_90 {
            bytes.replaceSubrange(144..<152, with: (0..<8).map { UInt8(truncatingIfNeeded: sector >> ($0 * 8)) })
        }
        return bytes
    }
}
