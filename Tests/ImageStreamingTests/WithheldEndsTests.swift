import ByteCoding
import Glibc
import LinuxSystem
import PartitionTable
import Testing

@testable import ImageStreaming

@Suite struct WithheldEndsTests {
    private static let diskSize: UInt64 = 16 << 20
    /// Made once: it takes seconds.
    private static let image = TestImage.gpt()

    /// An image whose body is on a disk, without the writing.
    private func withheld(_ image: TestImage) throws -> WithheldTable {
        let table = try PartitionTable.read(imageHead: image.bytes, sectorSize: image.sectorSize)
        let regions = try WithheldRegions(of: table, diskSize: Self.diskSize, disk: "disk")
        return WithheldTable(
            table: regions.table,
            summary: ImageWriteSummary(
                origin: "image", servedBytes: 0, imageBytes: 0, writtenBytes: 0, deallocatedBytes: 0, verified: [],
                duration: .zero, stages: [:]),
            head: Array(image.bytes[..<Int(regions.head.upperBound)]), regions: regions)
    }

    private func sealed(_ table: WithheldTable) throws -> [UInt8] {
        let file = try TemporaryFile([UInt8](repeating: 0, count: Int(Self.diskSize)))
        let descriptor = try file.open()
        try table.seal(on: descriptor)
        return try descriptor.readBytes(count: Int(Self.diskSize), at: 0)
    }

    @Test(arguments: [512, 4096]) func theEndsAreWhatTheSealWrites(sectorSize: Int) throws {
        let table = try withheld(sectorSize == 512 ? Self.image : .gpt(sectorSize: sectorSize))
        let ends = table.ends
        let disk = try sealed(table)
        #expect(ends.head == Array(disk[..<TestImage.headLength]))
        #expect(ends.tailEnd == Self.diskSize)
        #expect(ends.tail == Array(disk[(disk.count - ends.tail.count)...]))
        #expect(ends.tail.count == 128 * 128 + sectorSize)
    }

    @Test func bootCodeThatAProgramWroteIsSealed() throws {
        var table = try withheld(Self.image)
        var head = table.ends.head
        head.replaceSubrange(0..<4, with: [1, 2, 3, 4])
        head.replaceSubrange(20_480..<20_484, with: [5, 6, 7, 8])
        let before = table.table
        try table.adopt(head: head)
        #expect(table.table == before)
        let disk = try sealed(table)
        #expect(disk[..<4] == [1, 2, 3, 4])
        #expect(disk[20_480..<20_484] == [5, 6, 7, 8])
        #expect(Array(disk[..<TestImage.headLength]) == head)
    }

    @Test func anUnchangedHeadChangesNothing() throws {
        var table = try withheld(Self.image)
        let before = table.ends
        try table.adopt(head: before.head)
        #expect(table.ends == before)
    }

    @Test func aBrokenTableIsRefused() throws {
        var table = try withheld(Self.image)
        var head = table.ends.head
        head[1024] ^= 0xff
        #expect(throws: PartitionTableError.damagedEntries) { try table.adopt(head: head) }
        let none = [UInt8](repeating: 0, count: head.count)
        #expect(throws: PartitionTableError.noTable) { try table.adopt(head: none) }
    }

    @Test func aTableOfAnotherDisksSizeIsRefused() throws {
        var table = try withheld(Self.image)
        #expect(throws: ImageWriteError.tableMoved(reason: "it lies elsewhere on the disk")) {
            try table.adopt(head: Array(Self.image.bytes[..<TestImage.headLength]))
        }
    }
}
