import Glibc
import LinuxSystem
import Testing

@testable import BlockDevices

/// Needs root and loop devices. The view as a whole needs device-mapper, which only the guests' kernel has: VM tests.
@Suite(.serialized) struct WholeDiskViewRootTests {
    @Test(arguments: [512, 4096]) func aFileIsADeviceOfThatSectorSizeUntilItIsDetached(sectorSize: Int) throws {
        let file = try TemporaryFile(bytes: 1 << 20)
        try file.descriptor.fill(from: 4096, count: 4096)
        let loop = try BlockDevices.LoopDevice(file.descriptor, sectorSize: sectorSize)
        let name = String(loop.path.dropFirst(5))
        #expect(try BlockSysfs().disk(named: name).logicalSectorSize == sectorSize)
        let device = try Descriptor.open(loop.path, O_RDWR)
        #expect(try device.sizeInBytes() == 1 << 20)
        #expect(try device.readBytes(count: 4096, at: 4096) == [UInt8](repeating: 0xa5, count: 4096))
        try device.write([UInt8](repeating: 7, count: 4096), at: 0)
        try loop.detach()
        #expect(try file.descriptor.readBytes(count: 4096, at: 0) == [UInt8](repeating: 7, count: 4096))
    }

    @Test(arguments: [
        (head: 0, tail: 512, size: UInt64(1 << 20)), (head: 512, tail: 512, size: UInt64(1024)),
        (head: 100, tail: 512, size: UInt64(1 << 20)), (head: 512, tail: 100, size: UInt64(1 << 20)),
        (head: 512, tail: 512, size: UInt64(1000)),
    ])
    func endsThatAreNoWholeSectorsOfTheDiskAreRefused(head: Int, tail: Int, size: UInt64) {
        let error = #expect(throws: WholeDiskViewError.self) {
            try WholeDiskView(
                of: "/dev/null", sectorSize: 512, head: [UInt8](repeating: 1, count: head),
                tail: [UInt8](repeating: 1, count: tail), size: size)
        }
        #expect(error?.action == "lay out")
    }

    @Test func aViewThatCannotBePutUpLeavesNothingStanding() throws {
        let before = try attached()
        let error = #expect(throws: WholeDiskViewError.self) {
            try WholeDiskView(
                of: "/dev/no-such-disk", sectorSize: 512, head: [UInt8](repeating: 1, count: 1 << 20),
                tail: [UInt8](repeating: 1, count: 512), size: 4 << 20)
        }
        #expect(error?.action == "put up")
        #expect(try attached() == before)
    }

    private func attached() throws -> [String] {
        try Files.list("/sys/block").filter { Files.exists("/sys/block/\($0)/loop/backing_file") }
    }

    @Test func linksLeadToDevicesAndAreTakenAway() throws {
        let name = "martlet-test-\(getpid())"
        let links = DeviceLinks([
            (folder: "by-uuid", name: name, target: "/dev/null"),
            (folder: "by-uuid", name: "../x", target: "/dev/null"),
            (folder: "by-uuid", name: "", target: "/dev/null"), (folder: "by-uuid", name: name + "x", target: "/etc"),
        ])
        #expect(try Files.linkTarget("/dev/disk/by-uuid/\(name)") == "../../null")
        #expect(Files.exists("/dev/disk/by-uuid/\(name)"))
        #expect(try Files.list("/dev/disk/by-uuid").filter { $0.hasPrefix(name) } == [name])
        links.remove()
        #expect(try Files.list("/dev/disk/by-uuid").filter { $0.hasPrefix(name) }.isEmpty)
    }
}
