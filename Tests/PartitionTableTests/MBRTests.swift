import Testing

@testable import PartitionTable

@Suite struct MBRTests {
    private func sector(_ entries: [(status: UInt8, type: UInt8, first: UInt32, count: UInt32)]) -> [UInt8] {
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

    @Test func readsPartitions() throws {
        let head = sector([(0x80, 0x83, 2048, 4096), (0, 0, 0, 0), (0, 0x0f, 8192, 100)])
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
        head.replaceSubrange(..<512, with: sector([(0, 0x83, 2048, 4096)]).prefix(512))
        guard case .mbr = try PartitionTable.read(imageHead: head, sectorSize: 512) else {
            Issue.record("not read as an MBR")
            return
        }
    }

    @Test func refusesOverlap() {
        let head = sector([(0, 0x83, 4096, 4096), (0, 0x83, 2048, 2049)])
        #expect(throws: PartitionTableError.overlap(2, 1)) {
            try PartitionTable.read(imageHead: head, sectorSize: 512)
        }
    }

    @Test func refusesAPartitionOverTheTable() {
        #expect(
            throws: PartitionTableError.invalidEntry(
                number: 1, reason: "it starts at sector 0, where the table itself lies")
        ) {
            try PartitionTable.read(imageHead: sector([(0, 0x83, 0, 4096)]), sectorSize: 512)
        }
    }

    @Test func theBootSectorOfAFileSystemIsNoTable() {
        let head = sector([(0x6f, 0x83, 2048, 4096)])
        #expect(throws: PartitionTableError.noTable) { try PartitionTable.read(imageHead: head, sectorSize: 512) }
    }

    @Test func anEmptyTableIsNoTable() {
        #expect(throws: PartitionTableError.noTable) { try PartitionTable.read(imageHead: sector([]), sectorSize: 512) }
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
