import Glibc
import LinuxSystem
import Testing

@testable import BlockDevices

/// Needs root and loop devices. In a row: each test attaches and detaches devices of its own.
@Suite(.serialized) struct RootLoopDeviceTests {
    private static let size = 16 << 20

    @Test(arguments: [UInt32(512), 4096])
    func zeroingADeviceZerosHeadAndTailOnly(sectorSize: UInt32) throws {
        let loop = try LoopDevice(bytes: Self.size, sectorSize: sectorSize)
        let device = try loop.open()
        try device.fill(from: 0, count: Self.size)
        try device.synchronize()
        // Odd lengths are rounded up to sectors, which BLKZEROOUT demands.
        try Zeroing.zeroHeadAndTail(device, headBytes: (1 << 20) + 1, tailBytes: 1000)
        let bytes = try loop.file.descriptor.readBytes(count: Self.size, at: 0)
        let head = (1 << 20) + 4096
        #expect(bytes[..<head].isAll(0))
        #expect(bytes[head..<(Self.size - 4096)].isAll(0xa5))
        #expect(bytes[(Self.size - 4096)...].isAll(0))
        #expect(try device.readBytes(count: head + 1, at: 0) == Array(bytes[...head]))
    }

    @Test func theKernelLearnsResizesAndForgetsPartitions() throws {
        let loop = try LoopDevice(bytes: Self.size)
        let device = try loop.open()
        let partitions = KernelPartitions(of: loop.name, descriptor: device)
        let first = PartitionExtent(number: 1, startBytes: 1 << 20, lengthBytes: 8 << 20)
        let second = PartitionExtent(number: 14, startBytes: 10 << 20, lengthBytes: 2 << 20)
        #expect(try partitions.replace(with: [first, second]) == [loop.path + "p1", loop.path + "p14"])
        #expect(try Descriptor.open(loop.path + "p14", O_RDONLY).sizeInBytes() == 2 << 20)
        let known = try loop.disk().partitions
        #expect(known.map(\.number) == [1, 14])
        #expect(known.map(\.startBytes) == [1 << 20, 10 << 20])
        #expect(known.map(\.sizeBytes) == [8 << 20, 2 << 20])

        try partitions.resize(PartitionExtent(number: 14, startBytes: 10 << 20, lengthBytes: 6 << 20))
        #expect(try Descriptor.open(loop.path + "p14", O_RDONLY).sizeInBytes() == 6 << 20)

        try partitions.replace(with: [PartitionExtent(number: 2, startBytes: 1 << 20, lengthBytes: 1 << 20)])
        #expect(try loop.disk().partitions.map(\.name) == [loop.name + "p2"])
        try partitions.removeAll()
        #expect(try loop.disk().partitions == [])
    }

    @Test func aPartitionThatOverlapsOrIsOpenIsRefusedInWords() throws {
        let loop = try LoopDevice(bytes: Self.size)
        let partitions = KernelPartitions(of: loop.name, descriptor: try loop.open())
        let first = PartitionExtent(number: 1, startBytes: 1 << 20, lengthBytes: 8 << 20)
        let overlapping = #expect(throws: KernelPartitionError.self) {
            try partitions.replace(with: [first, PartitionExtent(number: 2, startBytes: 4 << 20, lengthBytes: 8 << 20)])
        }
        #expect(overlapping?.description == "cannot add partition \(loop.name)p2: it overlaps another partition")
        let open = try Descriptor.open(loop.path + "p1", O_RDONLY)
        let busy = #expect(throws: KernelPartitionError.self) { try partitions.removeAll() }
        #expect(busy?.reason == .inUse)
        withExtendedLifetime(open) {}
        let outside = #expect(throws: KernelPartitionError.self) {
            try partitions.resize(PartitionExtent(number: 1, startBytes: 1 << 20, lengthBytes: .max))
        }
        #expect(outside?.reason == .outOfRange)
    }

    @Test func aPinnedDiskCannotBeTakenTwiceNorMounted() throws {
        let loop = try LoopDevice(bytes: Self.size)
        try run("/sbin/mkfs.ext4", "-q", loop.path)
        let disk = try loop.disk()
        let pinned = try PinnedDisk(disk)
        #expect(throws: PinError.busy(loop.path)) { try PinnedDisk(disk) }
        let directory = try mountPoint()
        defer { rmdir(directory) }
        let refused = #expect(throws: SystemCallError.self) {
            try Mounts.mount(loop.path, at: directory, type: "ext4")
        }
        #expect(refused?.errno == .resourceBusy)

        pinned.drop()
        #expect(throws: PinError.notHeld(loop.path)) { try pinned.verify() }
        try Mounts.mount(loop.path, at: directory, type: "ext4")
        let uses = try loop.disk().uses
        #expect(uses == [DiskUse(device: loop.name, kind: .mount(at: directory))])
        #expect(throws: PinError.busy(loop.path)) { try PinnedDisk(disk) }
        #expect(throws: DiskReleaseError.self) { try DiskRelease().release(disk) }
        try Mounts.unmount(directory)
        try pinned.retake()
        #expect(throws: PinError.busy(loop.path)) { try PinnedDisk(disk) }
        try pinned.retake()
    }

    @Test func aSecondDescriptorOfAPinnedDiskCanWrite() throws {
        let loop = try LoopDevice(bytes: Self.size)
        let pinned = try PinnedDisk(try loop.disk())
        let writer = try pinned.open(O_RDWR)
        try writer.fill(from: 4096, count: 4096)
        #expect(try pinned.descriptor().readBytes(count: 1, at: 4096) == [0xa5])
    }

    @Test func aDiskThatIsNotTheChosenOneAnyMoreIsRefused() throws {
        let loop = try LoopDevice(bytes: Self.size)
        let changes: [(String, (inout Disk) -> Void)] = [
            ("has \(Self.size) bytes instead of 512", { $0.sizeBytes = 512 }),
            ("is another disk than the chosen one (diskseq)", { $0.sequence = 1 }),
            ("has serial number \"\" instead of \"S1\"", { $0.serials = ["S1"] }),
            ("has WWN \"\" instead of \"naa.5000c50000000001\"", { $0.worldwideNames = ["naa.5000c50000000001"] }),
        ]
        for (reason, change) in changes {
            var disk = try loop.disk()
            change(&disk)
            #expect(throws: PinError.changed(loop.path, reason)) { try PinnedDisk(disk) }
        }
    }

    @Test func aDiskThatShrinksWhileItIsPinnedIsNoticed() throws {
        let loop = try LoopDevice(bytes: Self.size)
        let pinned = try PinnedDisk(try loop.disk())
        try pinned.verify()
        try systemCall("ftruncate") { ftruncate(loop.file.descriptor.rawValue, Self.size / 2) }
        // LOOP_SET_CAPACITY
        try pinned.descriptor().ioctl("ioctl(LOOP_SET_CAPACITY)", 0x4c07, 0)
        #expect(throws: PinError.changed(loop.path, "has \(Self.size / 2) bytes instead of \(Self.size)")) {
            try pinned.verify()
        }
    }

    private func mountPoint() throws -> String {
        var template = Array("/tmp/martlet-mount-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw SystemCallError(call: "mkdtemp", subject: "/tmp", errno: .init(rawValue: errno))
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
