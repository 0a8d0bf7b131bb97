import Glibc
import LinuxSystem
import Testing

@testable import BlockDevices

/// Remains of arrays and pools as plain bytes, as libblkid knows them. Needs root and loop devices.
@Suite(.serialized) struct RootLeftoversTests {
    private static let size = 32 << 20

    @Test(arguments: [UInt32(512), 4096])
    func aPoolsFourLabelsGoHoweverManyUberblocksTheyHold(sectorSize: UInt32) throws {
        // Not a multiple of a label's size: the last two do not end where the device does.
        // libblkid looks for pools on 64 MiB and more only.
        let size = 72 << 20
        let loop = try LoopDevice(bytes: size + (96 << 10), sectorSize: sectorSize)
        let device = try loop.open()
        let offsets = ZFSLabel.offsets(deviceBytes: try device.sizeInBytes())
        #expect(offsets == [0, 256 << 10, UInt64(size) - (512 << 10), UInt64(size) - (256 << 10)])
        try writeUberblocks(to: loop.path)
        #expect(try Signatures.all(on: loop.path).map(\.type).first == "zfs_member")
        let lines = try DiskWipe.wipe(device, name: loop.name, .everything)
        #expect(lines == offsets.map { "\(loop.name): ZFS label at byte \($0)" })
        try checkThatNothingIsFound(loop.path)
    }

    @Test func aPoolOnAPartitionIsNoMoreAfterARelease() throws {
        let loop = try LoopDevice(bytes: Self.size)
        try run("/usr/sbin/sgdisk", "-n", "1:2M:+24M", loop.path)
        let extent = PartitionExtent(number: 1, startBytes: 2 << 20, lengthBytes: 24 << 20)
        try KernelPartitions(of: loop.name, descriptor: try loop.open()).replace(with: [extent])
        try writeUberblocks(to: loop.path + "p1")
        let (pinned, report) = try DiskRelease().release(try loop.disk())
        #expect(report.wiped.filter { $0.contains("p1: ZFS label") }.count == 4)
        try KernelPartitions(of: loop.name, descriptor: try pinned.descriptor()).replace(with: [extent])
        for path in [loop.path, loop.path + "p1"] { try checkThatNothingIsFound(path) }
    }

    @Test func bothOfCephsLabelsGo() throws {
        let loop = try LoopDevice(bytes: (1 << 30) + (1 << 20))
        let device = try loop.open()
        let label = Array("bluestore block device\n7cb2d4a6-6cb0-4b8c-9b2e-3a0d6a3f7b11\n".utf8)
        for offset in [0, UInt64(1) << 30] { try device.write(label, at: offset) }
        try device.synchronize()
        #expect(try Signatures.all(on: loop.path).map(\.type) == ["ceph_bluestore"])
        #expect(try DiskWipe.wipe(device, name: "x", .everything).count == 2)
        try checkThatNothingIsFound(loop.path)
    }

    @Test func aMembersSignaturesGoAndEverythingElseStays() throws {
        let loop = try LoopDevice(bytes: Self.size)
        try run("/sbin/mkfs.ext4", "-q", "-L", "data", loop.path)
        let device = try loop.open()
        let end = UInt64(Self.size)
        // Behind the file system as mkfs made it nothing is read: an IMSM block, and a DDF anchor before it.
        try device.write(Array("Intel Raid ISM Cfg Sig. 1.3.00".utf8), at: end - 1024)
        try device.write([0xde, 0x11, 0xde, 0x11], at: end - 0x20200)
        try device.synchronize()
        #expect(
            try Set(Signatures.all(on: loop.path).map(\.type)) == ["isw_raid_member", "ddf_raid_member", "ext4"])
        let lines = try DiskWipe.wipe(device, name: "x", .members)
        #expect(Set(lines) == ["x: isw_raid_member", "x: ddf_raid_member"])
        #expect(try Signatures.all(on: loop.path).map(\.type) == ["ext4"])
        #expect(try DiskWipe.wipe(device, name: "x", .members) == [])
        #expect(try DiskWipe.wipe(device, name: "x", .everything) == ["x: ext4"])
        try checkThatNothingIsFound(loop.path)
    }

    @Test func aPhysicalVolumeIsAMember() throws {
        let loop = try LoopDevice(bytes: Self.size)
        let device = try loop.open()
        // Sector 1: its own number, checksum, offset of what follows, type (LVM2 lib/format_text/layout.h).
        var label = Array("LABELONE".utf8) + [1, 0, 0, 0, 0, 0, 0, 0] + [0, 0, 0, 0] + [32, 0, 0, 0]
        label += Array("LVM2 001".utf8) + Array("abcdefghijklmnopqrstuvwxyz012345".utf8)
        try device.write(label, at: 512)
        try device.synchronize()
        #expect(try DiskWipe.wipe(device, name: "x", .members) == ["x: LVM2_member"])
    }

    @Test func withoutWIPE_DISKSHeadAndTailAloneAreZeroed() throws {
        let loop = try LoopDevice(bytes: Self.size)
        let middle = UInt64(4 << 20)
        try loop.open().fill(from: middle, count: 1 << 20)
        try run("/usr/sbin/sgdisk", "-n", "1:8M:+16M", loop.path)
        let extent = PartitionExtent(number: 1, startBytes: 8 << 20, lengthBytes: 16 << 20)
        try KernelPartitions(of: loop.name, descriptor: try loop.open()).replace(with: [extent])
        try run("/sbin/mkfs.ext4", "-q", loop.path + "p1")
        let scope = ReleaseScope(arrays: .none, signatures: .none)
        let (pinned, report) = try DiskRelease().release(try loop.disk(), scope: scope)
        #expect(report.wiped == ["\(loop.name): first and last bytes (1048576 and 1048576)"])
        #expect(try loop.disk().partitions == [])
        try KernelPartitions(of: loop.name, descriptor: try pinned.descriptor()).replace(with: [extent])
        #expect(try Signatures.fileSystem(on: loop.path + "p1")?.type == "ext4")
    }

    private func writeUberblocks(to path: String) throws {
        let device = try Descriptor.open(path, O_RDWR)
        for offset in ZFSLabel.offsets(deviceBytes: try device.sizeInBytes()) {
            try device.write(uberblocks(), at: offset + (128 << 10))
        }
        try device.synchronize()
    }

    private func checkThatNothingIsFound(_ path: String) throws {
        let device = try Descriptor.open(path, O_RDONLY)
        #expect(try Signatures.all(on: path) == [])
        #expect(try ZFSLabel.find(on: device) == [])
        #expect(try CephLabel.find(on: device) == [])
        #expect(try MDSuperblock.find(on: device) == [])
    }

    /// A full ring of 128 uberblocks: magic and version 5000.
    private func uberblocks() -> [UInt8] {
        let one = [0x0c, 0xb1, 0xba, 0, 0, 0, 0, 0, 0x88, 0x13] + [UInt8](repeating: 0, count: 1014)
        return (0..<128).flatMap { _ in one }
    }
}
