import Foundation
import Testing

@testable import PartitionTable

@Suite struct LogicalPartitionsTests {
    /// An image of 64 MiB with the table that sfdisk(8) makes of its script.
    private static func image(_ script: String) throws -> [UInt8] {
        let path = NSTemporaryDirectory() + "martlet-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.truncate(atOffset: 64 << 20)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/sbin/sfdisk")
        process.arguments = ["-q", path]
        let input = Pipe()
        process.standardInput = input
        try process.run()
        input.fileHandleForWriting.write(Data(script.utf8))
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    private static func read(_ image: [UInt8]) throws -> [TablePartition] {
        try PartitionTable.read(imageHead: image, sectorSize: 512).partitions { offset, count in
            Array(image.dropFirst(offset).prefix(count))
        }
    }

    private static let script = """
        label: dos
        label-id: 0x0badcafe
        1 : size=4M, type=83, bootable
        2 : size=40M, type=5
        3 : size=8M, type=82
        5 : size=16M, type=83
        6 : size=4M, type=8e
        7 : size=2M, type=83
        """

    @Test func primaryAndLogicalPartitionsHaveTheKernelsNumbersAndUUIDs() throws {
        let partitions = try Self.read(try Self.image(Self.script))
        #expect(partitions.map(\.number) == [1, 3, 5, 6, 7])
        #expect(
            partitions.map(\.uuid)
                == ["0badcafe-01", "0badcafe-03", "0badcafe-05", "0badcafe-06", "0badcafe-07"])
        #expect(partitions.map(\.byteCount) == [4, 8, 16, 4, 2].map { $0 << 20 })
        #expect(partitions.allSatisfy { $0.typeGUID == nil && $0.name.isEmpty && !$0.isHiddenFromDiscovery })
        // sfdisk leaves a MiB for each link.
        #expect(partitions.map(\.firstByte) == [1, 45, 6, 23, 28].map { $0 << 20 })
    }

    @Test func aGPTsPartitionsNeedNoFurtherReading() throws {
        let table = try PartitionTable.read(imageHead: GoldenDisk.image512.head, sectorSize: 512)
        let partitions = try table.partitions { _, _ in
            Issue.record("read")
            return []
        }
        guard case .gpt(let gpt) = table else { return }
        #expect(partitions.map(\.number) == gpt.entries.map(\.number))
        #expect(partitions.map(\.uuid) == gpt.entries.map(\.uniqueGUID.description))
    }

    /// Offsets in sectors: the extended partition starts at 5 MiB, its second link at 22 MiB.
    private static let (extended, second) = (5 << 11, 22 << 11)

    private static func patch(_ image: inout [UInt8], _ sector: Int, entry: Int, field: Int, _ value: UInt32) {
        let start = sector * 512 + 446 + entry * 16 + field
        withUnsafeBytes(of: value.littleEndian) { image.replaceSubrange(start..<start + 4, with: $0) }
    }

    @Test(arguments: [UInt32(0), 17 << 11])
    func aChainThatLeadsBackIsRefused(next: UInt32) throws {
        var image = try Self.image(Self.script)
        Self.patch(&image, Self.second, entry: 1, field: 8, next)
        #expect(
            throws: PartitionTableError.invalidEntry(
                number: 2, reason: "its chain of logical partitions leads back to itself")
        ) { try Self.read(image) }
    }

    @Test func aChainThatLeavesTheExtendedPartitionIsRefused() throws {
        var image = try Self.image(Self.script)
        Self.patch(&image, Self.second, entry: 1, field: 8, UInt32.max)
        #expect(
            throws: PartitionTableError.invalidEntry(
                number: 2, reason: "its chain of logical partitions leads out of it")
        ) { try Self.read(image) }
    }

    @Test func aLogicalPartitionOutsideOrOverAnotherIsRefused() throws {
        var outside = try Self.image(Self.script)
        Self.patch(&outside, Self.second, entry: 0, field: 12, 1 << 20)
        #expect(
            throws: PartitionTableError.invalidEntry(
                number: 6, reason: "it does not lie inside extended partition 2")
        ) { try Self.read(outside) }
        var over = try Self.image(Self.script)
        Self.patch(&over, Self.extended, entry: 0, field: 12, 20 << 11)
        #expect(throws: PartitionTableError.overlap(5, 6)) { try Self.read(over) }
    }

    @Test func aLinkWithoutItsSignatureEndsTheChain() throws {
        var image = try Self.image(Self.script)
        image[Self.second * 512 + 511] = 0
        #expect(try Self.read(image).map(\.number) == [1, 3, 5])
    }

    @Test func aFailingReadIsTheCallersError() throws {
        struct Unreadable: Error {}
        let table = try PartitionTable.read(imageHead: try Self.image(Self.script), sectorSize: 512)
        #expect(throws: Unreadable.self) { try table.partitions { _, _ in throw Unreadable() } }
    }

    @Test func neverTrapsOnRandomLinks() throws {
        let table = try PartitionTable.read(imageHead: try Self.image(Self.script), sectorSize: 512)
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            _ = try? table.partitions { _, count in
                var link = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
                link.replaceSubrange(510..<512, with: [0x55, 0xaa])
                for entry in 0..<4 { link[446 + entry * 16] &= 0x80 }
                link[446 + 16 + 4] = 5
                return link
            }
        }
    }
}
