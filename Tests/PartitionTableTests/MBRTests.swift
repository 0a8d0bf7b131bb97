import Testing

@testable import PartitionTable

@Suite struct MBRTests {
    @Test func readsPartitions() throws {
        let head = mbr([(0x80, 0x83, 2048, 4096), (0, 0, 0, 0), (0, 0x0f, 8192, 100)])
        guard case .mbr(let table) = try PartitionTable.read(imageHead: head, sectorSize: 512) else {
            Issue.record("not read as an MBR")
            return
        }
        #expect(table.diskSignature == 0x1234_5678)
        #expect(table.partitions.map(\.number) == [1, 3])
        #expect(table.partitions.map(\.type) == [0x83, 0x0f])
        #expect(table.partitions.map(\.isActive) == [true, false])
        #expect(table.partitions.map(\.isExtended) == [false, true])
        #expect(table.partitions.map(\.sectorCount) == [4096, 100])
        #expect(table.lowestFirstByte == 2048 * 512)
        #expect(!table.isProtective)
    }

    @Test func aStaleGPTBehindAPlainMBRDoesNotCount() throws {
        var head = GoldenDisk.image512.head
        head.replaceSubrange(..<512, with: mbr([(0, 0x83, 2048, 4096)]).prefix(512))
        guard case .mbr = try PartitionTable.read(imageHead: head, sectorSize: 512) else {
            Issue.record("not read as an MBR")
            return
        }
    }

    @Test func refusesOverlap() {
        let head = mbr([(0, 0x83, 4096, 4096), (0, 0x83, 2048, 2049)])
        #expect(throws: PartitionTableError.overlap(2, 1)) {
            try PartitionTable.read(imageHead: head, sectorSize: 512)
        }
    }

    @Test func refusesAPartitionOverTheTable() {
        #expect(
            throws: PartitionTableError.invalidEntry(
                number: 1, reason: "it starts at sector 0, where the table itself lies")
        ) {
            try PartitionTable.read(imageHead: mbr([(0, 0x83, 0, 4096)]), sectorSize: 512)
        }
    }

    @Test func theBootSectorOfAFileSystemIsNoTable() {
        let head = mbr([(0x6f, 0x83, 2048, 4096)])
        #expect(throws: PartitionTableError.noTable) { try PartitionTable.read(imageHead: head, sectorSize: 512) }
    }

    @Test func anEmptyTableIsNoTable() {
        #expect(throws: PartitionTableError.noTable) { try PartitionTable.read(imageHead: mbr([]), sectorSize: 512) }
    }

    /// A disk's tools let its first partition start at 1 MiB, whatever a sector is.
    @Test(
        arguments: [512, 4096], [(0x438, [0x53, 0xef]), (0, Array("XFSB".utf8)), (0x10040, Array("_BHRfS_M".utf8))])
    func saysThatAnImageIsForTheOtherSectorSize(made: Int, magic: (offset: Int, bytes: [UInt8])) throws {
        var head = mbr([(0x80, 0x83, UInt32((1 << 20) / made), 4096)])
        head += [UInt8](repeating: 0, count: PartitionTable.usualHeadLength - head.count)
        let other = made == 512 ? 4096 : 512
        guard case .mbr = try PartitionTable.read(imageHead: head, sectorSize: other) else {
            throw PartitionTableError.noTable
        }
        let start = (1 << 20) + magic.offset
        head.replaceSubrange(start..<start + magic.bytes.count, with: magic.bytes)
        guard case .mbr = try PartitionTable.read(imageHead: head, sectorSize: made) else {
            throw PartitionTableError.noTable
        }
        #expect(throws: PartitionTableError.wrongSectorSize(image: made, disk: other)) {
            try PartitionTable.read(imageHead: head, sectorSize: other)
        }
    }

    @Test func neverTrapsOnRandomBytes() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            var head = (0..<8704).map { _ in UInt8.random(in: 0...255, using: &random) }
            head.replaceSubrange(510..<512, with: [0x55, 0xaa])
            for entry in 0..<4 { head[446 + entry * 16] &= 0x80 }
            _ = try? PartitionTable.read(imageHead: head, sectorSize: 512)
            _ = try? PartitionTable.read(
                imageHead: Array(head.prefix(.random(in: 0...8704, using: &random))), sectorSize: 4096)
        }
    }
}
