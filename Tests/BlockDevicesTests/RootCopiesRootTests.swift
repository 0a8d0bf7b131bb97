import LinuxSystem
import PartitionTable
import Testing

@testable import BlockDevices

/// Needs root and loop devices.
@Suite(.serialized) struct RootCopiesRootTests {
    private static let uuid = "74696e79-6775-4573-9474-726f6f743031"
    private static let partitionUUID = "74696e79-6775-4573-9474-706172743031"

    /// A disk with an empty partition 1, and in partition 2 an ext4.
    private func disk(uuid: String, label: String = "root", partitionUUID: String) throws -> LoopDevice {
        let loop = try LoopDevice(bytes: 32 << 20)
        try run(
            "/sbin/sgdisk", "-n", "1:2048:+1M", "-n", "2:8192:+16M", "-u", "2:\(partitionUUID)", loop.path)
        let extents = [
            PartitionExtent(number: 1, startBytes: 1 << 20, lengthBytes: 1 << 20),
            PartitionExtent(number: 2, startBytes: 4 << 20, lengthBytes: 16 << 20),
        ]
        try KernelPartitions(of: loop.name, descriptor: try loop.open()).replace(with: extents)
        try run("/sbin/mkfs.ext4", "-q", "-F", "-U", uuid, "-L", label, loop.path + "p2")
        return loop
    }

    private func find(_ names: RootNames, _ loops: [LoopDevice], on target: LoopDevice) throws -> RootCopy? {
        RootCopies.find(
            of: names, root: target.path + "p2", on: try target.disk(), among: try loops.map { try $0.disk() },
            report: { Issue.record($0) })
    }

    @Test func theSameImageOnAnotherDiskIsFoundByEachOfItsNames() throws {
        let target = try disk(uuid: Self.uuid, partitionUUID: Self.partitionUUID)
        let copy = try disk(uuid: Self.uuid, partitionUUID: Self.partitionUUID)
        let loops = [target, copy]
        for (names, shared) in [
            (RootNames(uuids: [Self.uuid.uppercased()], partitionUUID: ""), "UUID \(Self.uuid)"),
            (RootNames(uuids: [], partitionUUID: Self.partitionUUID.uppercased()), "PARTUUID \(Self.partitionUUID)"),
            (RootNames(uuids: [], partitionUUID: "", label: "root"), "label \"root\""),
        ] {
            let found = try #require(try find(names, loops, on: target))
            #expect(found.other == copy.path + "p2")
            #expect(found.name == shared)
            #expect(
                found.description
                    == "\(copy.path)p2 on \(copy.path) has the same \(shared) as the installed root \(target.path)p2: "
                    + "the machine might boot the other one")
        }
    }

    @Test func anotherImageOnAnotherDiskIsNoCopy() throws {
        let target = try disk(uuid: Self.uuid, partitionUUID: Self.partitionUUID)
        let other = try disk(
            uuid: "11111111-2222-4333-8444-555555555555", partitionUUID: "21111111-2222-4333-8444-555555555555")
        let names = RootNames(uuids: [Self.uuid, ""], partitionUUID: Self.partitionUUID)
        #expect(try find(names, [target, other], on: target) == nil)
    }

    @Test func namesThatIdentifyNothingDoNotCount() {
        let none = RootNames(uuids: ["", "-"], partitionUUID: "00000000-01")
        #expect(none.uuids.isEmpty && none.partitionUUID.isEmpty)
        #expect(none.shared(with: Signature(type: "swap")) == nil)
        // A GPT may begin with zeros, too; nothing is lost, for its file system is compared as well.
        #expect(RootNames(uuids: ["ABCD-1234"], partitionUUID: "0badcafe-01").uuids == ["abcd1234"])
        let table = Signature(type: "dos", uuid: "abcd1234", isPartitionTable: true)
        #expect(RootNames(uuids: ["ABCD-1234"], partitionUUID: "").shared(with: table) == nil)
    }

    @Test func anotherPathToTheSameDiskIsNoCopy() throws {
        let target = try disk(uuid: Self.uuid, partitionUUID: Self.partitionUUID)
        let copy = try disk(uuid: Self.uuid, partitionUUID: Self.partitionUUID)
        var paths = [try target.disk(), try copy.disk()]
        for index in paths.indices { paths[index].worldwideNames = ["naa.5000000000000001"] }
        let names = RootNames(uuids: [Self.uuid], partitionUUID: Self.partitionUUID)
        #expect(RootCopies.find(of: names, root: "x", on: paths[0], among: paths) == nil)
    }

    @Test func aDiskThatCannotBeReadIsReportedAndTheSearchGoesOn() throws {
        let target = try disk(uuid: Self.uuid, partitionUUID: Self.partitionUUID)
        let copy = try disk(uuid: Self.uuid, partitionUUID: Self.partitionUUID)
        let gone = Disk(name: "no-such-disk", sizeBytes: 1 << 20)
        var reports: [String] = []
        let found = RootCopies.find(
            of: RootNames(uuids: [Self.uuid], partitionUUID: Self.partitionUUID), root: "x", on: try target.disk(),
            among: [gone, try target.disk(), try copy.disk()], report: { reports.append("\($0)") })
        #expect(found?.other == copy.path + "p2")
        #expect(reports.count == 1)
        #expect(reports.first?.contains("/dev/no-such-disk") == true)
    }

    @Test func theKernelTakesLogicalPartitionsWithoutATableOnTheDisk() throws {
        let loop = try LoopDevice(bytes: 64 << 20)
        let script =
            "label: dos\\nlabel-id: 0x0badcafe\\n1: size=4M\\n2: size=40M, type=5\\n5: size=16M\\n6: size=4M\\n"
        try run("/bin/sh", "-c", "printf '\(script)' | sfdisk -q \(loop.path)")
        let device = try loop.open()
        let table = try PartitionTable.read(
            imageHead: try device.readBytes(count: PartitionTable.usualHeadLength, at: 0), sectorSize: 512)
        try Zeroing.zeroHeadAndTail(device)
        let extents = try table.partitions { try device.readBytes(count: $1, at: UInt64($0)) }.map {
            PartitionExtent(
                number: $0.number, startBytes: UInt64($0.firstByte), lengthBytes: UInt64($0.byteCount))
        }
        let nodes = try KernelPartitions(of: loop.name, descriptor: device).replace(with: extents)
        #expect(nodes == [1, 5, 6].map { "\(loop.path)p\($0)" })
        #expect(try loop.disk().partitions.map(\.startBytes) == [1, 6, 23].map { $0 << 20 })
    }
}
