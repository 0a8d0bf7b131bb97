import Testing

@testable import PartitionTable

@Suite struct PartitionGrowthTests {
    private func table(_ head: [UInt8], _ sectorSize: Int = 512) throws -> PartitionTable {
        try PartitionTable.read(imageHead: head, sectorSize: sectorSize)
    }

    @Test(arguments: [(GoldenDisk.image512, 512, 2), (.image4096, 4096, 2)])
    func theLastPartitionReachesToTheLastWholeMebibyte(image: GoldenDisk, sectorSize: Int, number: Int) throws {
        guard case .gpt(let small) = try table(image.head, sectorSize) else { throw PartitionTableError.noTable }
        let diskSectors = (20 << 30) / sectorSize
        let relocated = try small.relocated(toDiskSectors: diskSectors)
        let growth = try PartitionTable.gpt(relocated).growing(number, toDiskSectors: diskSectors)
        guard case .gpt(let grown) = growth.table, let entry = grown.entry(number: number),
            let before = relocated.entry(number: number)
        else { throw PartitionTableError.noTable }
        #expect((entry.lastLBA + 1) * sectorSize == (20 << 30) - (1 << 20))
        #expect(growth.startBytes == UInt64(relocated.firstByte(of: before)))
        #expect(growth.oldLengthBytes == UInt64(relocated.byteCount(of: before)))
        #expect(growth.newLengthBytes == UInt64(grown.byteCount(of: entry)))
        #expect(!growth.isAtTableLimit)
        #expect(entry.ending(atLBA: before.lastLBA) == before)
        #expect(grown.entries.filter { $0.number != number } == relocated.entries.filter { $0.number != number })
        #expect(throws: NoGrowth.full(number)) { try growth.table.growing(number, toDiskSectors: diskSectors) }
    }

    @Test func whatLiesBehindIsNamed() throws {
        let image = try table(GoldenDisk.image512.head)
        let refusal = #expect(throws: NoGrowth.notLast(1, behind: [15, 2])) {
            try image.growing(1, toDiskSectors: 1 << 20)
        }
        #expect(
            refusal?.explanation { "sda\($0)" } == "sda1 is not the last partition: sda15, sda2 lie behind it")
        #expect(throws: NoGrowth.noSuchPartition(3)) { try image.growing(3, toDiskSectors: 1 << 20) }
    }

    @Test(arguments: [
        // First sector, disk, last sector of the grown partition plus one.
        (2048, 1 << 20, 1 << 20), (2048, (1 << 20) + 2047, 1 << 20), (63, 1 << 20, (1 << 20) - 1),
        (2048, 1 << 32, 1 << 32), (2048, 1 << 33, 1 << 32),
    ])
    func aPrimaryPartitionOfAnMBRGrows(first: Int, diskSectors: Int, end: Int) throws {
        let head = mbr([(0, 0xef, 40, 8), (0x80, 0x83, UInt32(first), 1024)])
        let growth = try table(head).growing(2, toDiskSectors: diskSectors)
        guard case .mbr(let grown) = growth.table else { throw PartitionTableError.noTable }
        #expect(growth.isAtTableLimit == (diskSectors > 1 << 32))
        #expect(growth.newLengthBytes == UInt64((end - first) * 512))
        let written = grown.head(from: head)
        #expect(try table(written) == growth.table)
        // Status, start and type of the entry, and all around it.
        let changed = Set(zip(0..., zip(head, written)).filter { $0.1.0 != $0.1.1 }.map(\.0))
        #expect(changed.isSubset(of: Set(467..<470).union(474..<478)))
    }

    @Test func anMBRThatDidNotGrowKeepsEveryByte() throws {
        let head = mbr([(0, 0xef, 40, 8), (0x80, 0x83, 2048, 1024)])
        guard case .mbr(let same) = try table(head) else { throw PartitionTableError.noTable }
        #expect(same.head(from: head) == head)
    }

    @Test func inAnMBROnlyALastPrimaryPartitionGrows() throws {
        let table = try table(mbr([(0, 0x83, 2048, 1024), (0, 0x05, 8192, 1024)]))
        #expect(throws: NoGrowth.notLast(1, behind: [2])) { try table.growing(1, toDiskSectors: 1 << 20) }
        #expect(throws: NoGrowth.extended(2)) { try table.growing(2, toDiskSectors: 1 << 20) }
        #expect(throws: NoGrowth.noSuchPartition(5)) { try table.growing(5, toDiskSectors: 1 << 20) }
        #expect(throws: NoGrowth.noSuchPartition(3)) { try table.growing(3, toDiskSectors: 1 << 20) }
        let beyond = try self.table(mbr([(0, 0x83, 2048, 1024)]))
        #expect(throws: NoGrowth.full(1)) { try beyond.growing(1, toDiskSectors: 100) }
    }
}

/// Sector 0 with these entries, and zeros after it.
func mbr(_ entries: [(status: UInt8, type: UInt8, first: UInt32, count: UInt32)]) -> [UInt8] {
    var sector = [UInt8](repeating: 0, count: 512)
    sector.replaceSubrange(440..<444, with: [0x78, 0x56, 0x34, 0x12])
    for (index, entry) in entries.enumerated() {
        let start = 446 + index * 16
        sector[start] = entry.status
        sector[start + 4] = entry.type
        withUnsafeBytes(of: entry.first.littleEndian) { sector.replaceSubrange(start + 8..<start + 12, with: $0) }
        withUnsafeBytes(of: entry.count.littleEndian) { sector.replaceSubrange(start + 12..<start + 16, with: $0) }
    }
    sector.replaceSubrange(510..<512, with: [0x55, 0xaa])
    return sector + [UInt8](repeating: 0, count: 8192)
}
