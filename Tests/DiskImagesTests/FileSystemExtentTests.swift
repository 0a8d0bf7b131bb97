import DiskImages
import Foundation
import Testing

@Suite struct FileSystemExtentTests {
    private static let real: [(DiskImageFormat.FileSystem, [String], unit: Int)] = [
        (.ext4, ["mkfs.ext4", "-q", "-b", "1024"], 1024), (.ext4, ["mkfs.ext4", "-q", "-b", "4096"], 4096),
        (.ext4, ["mkfs.ext4", "-q", "-b", "4096", "-O", "64bit"], 4096), (.ext4, ["mkfs.ext2", "-q"], 4096),
        (.xfs, ["mkfs.xfs", "-q"], 512), (.xfs, ["mkfs.xfs", "-q", "-s", "size=4096"], 4096),
        (.btrfs, ["mkfs.btrfs", "-q"], 4096),
    ]

    @Test(arguments: real)
    func theSuperblockTellsHowLongAFileSystemIs(
        type: DiskImageFormat.FileSystem, command: [String], unit: Int
    ) throws {
        let length = 600 << 20
        let head = try Self.head(command, length: length)
        #expect(DiskImageFormat(head: head) == .fileSystem(type))
        let extent = try #require(FileSystemExtent(type, head: head))
        #expect(extent.length == UInt64(length))
        #expect(extent.unit == unit)
    }

    @Test func nonsenseIsNoTrap() {
        for type in DiskImageFormat.FileSystem.allCases {
            for byte: UInt8 in [0, 1, 0x40, 0xff] {
                for length in [0, 1, 100, 1024, 1500, 65536, DiskImageFormat.headLength] {
                    let head = [UInt8](repeating: byte, count: length)
                    if let extent = FileSystemExtent(type, head: head) {
                        #expect(extent.length > 0 && extent.unit.nonzeroBitCount == 1)
                    }
                }
            }
        }
    }

    @Test(arguments: DiskImageFormat.allCases) func onlyRootsAreTakenForBareFileSystems(format: DiskImageFormat) {
        let roots = [DiskImageFormat.FileSystem.ext4, .xfs, .btrfs]
        if let type = roots.first(where: { format == .fileSystem($0) }) {
            #expect((try? format.requireFileSystem()) == type)
            #expect(DiskImageRefusal(format: format).advice.contains("IMAGE_MODE=partition"))
        } else {
            let refusal = DiskImageRefusal(format: format, wanted: .fileSystem)
            #expect(throws: refusal) { try format.requireFileSystem() }
            #expect(refusal.description.hasSuffix("not a bare ext4, xfs or btrfs file system"))
            #expect(!DiskImageRefusal(format: format).advice.contains("IMAGE_MODE"))
        }
    }

    @Test func aWholeDiskIsRefusedByItsName() {
        let refusal = DiskImageRefusal(format: .rawDisk, wanted: .fileSystem)
        #expect(refusal.description.contains("a whole disk with a partition table"))
        #expect(refusal.advice.contains("IMAGE_MODE"))
    }

    /// The first bytes of what a program makes of an empty file.
    private static func head(_ command: [String], length: Int) throws -> [UInt8] {
        let path = "/var/tmp/martlet-extent-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data().write(to: URL(fileURLWithPath: path))
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try file.truncate(atOffset: UInt64(length))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command + [path]
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(command)")
        try file.seek(toOffset: 0)
        return Array(try file.read(upToCount: DiskImageFormat.headLength) ?? Data())
    }
}
