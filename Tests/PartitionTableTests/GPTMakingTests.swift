import Testing

@testable import PartitionTable

@Suite struct GPTMakingTests {
    private static let guids = (1...9).map { GUID("00000000-0000-4000-8000-00000000000\($0)") ?? .zero }

    @Test(arguments: [512, 4096], UInt64(0)..<20)
    func aNewTableReadsBackAsItWasMade(sectorSize: Int, seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let mebibyte = 1 << 20
        var start = mebibyte
        let partitions = (1...Int.random(in: 1...8, using: &random)).map { number in
            let length = Int.random(in: 1...300, using: &random) * mebibyte
            defer { start += length + Int.random(in: 0...3, using: &random) * mebibyte }
            return NewPartition(
                type: PartitionType.allCases.randomElement(using: &random) ?? .linuxGeneric,
                uniqueGUID: Self.guids[number], name: "part \(number)", bytes: start..<start + length)
        }
        let end = partitions.last?.bytes.upperBound ?? 0
        let least = end / sectorSize + 128 * 128 / sectorSize + 1
        let sectors = least + Int.random(in: 0...100_000, using: &random)
        let table = try GPT.make(partitions, diskGUID: Self.guids[0], diskSectors: sectors, sectorSize: sectorSize)

        let head = table.head(from: [])
        #expect(try PartitionTable.read(imageHead: head, sectorSize: sectorSize) == .gpt(table))
        #expect(table.backup.offset + table.backup.bytes.count == sectors * sectorSize)
        #expect(table.partitions.map(\.firstByte) == partitions.map(\.bytes.lowerBound))
        #expect(table.partitions.map(\.byteCount) == partitions.map(\.bytes.count))
        #expect(table.partitions.map(\.typeGUID) == partitions.map(\.type.guid))
        #expect(table.partitions.map(\.name) == partitions.map(\.name))
        #expect(head[510..<512].elementsEqual([0x55, 0xaa]) && head[450] == 0xee)
        #expect(throws: PartitionTableError.self) {
            try GPT.make(partitions, diskGUID: Self.guids[0], diskSectors: least - 1, sectorSize: sectorSize)
        }
    }

    @Test(arguments: [
        [0..<4096], [8192..<12288], [1 << 20..<1 << 20], [1 << 20..<2 << 20, 1 << 20..<3 << 20],
        [2 << 20..<3 << 20, 1 << 20..<2 << 20], [(1 << 20) + 1..<2 << 20], [1 << 20..<(2 << 20) - 1],
    ])
    func placesThatCannotBeAreRefused(ranges: [Range<Int>]) {
        let partitions = ranges.map {
            NewPartition(type: .linuxGeneric, uniqueGUID: Self.guids[1], name: "", bytes: $0)
        }
        #expect(throws: PartitionTableError.self) {
            try GPT.make(partitions, diskGUID: Self.guids[0], diskSectors: 1 << 20, sectorSize: 512)
        }
    }

    @Test func randomGUIDsSayThatTheyAreAndAreAllDifferent() {
        var random = SplitMix(state: 1)
        let texts = (0..<100).map { _ in GUID.random(using: &random).description }
        #expect(Set(texts).count == 100)
        for text in texts {
            let groups = text.split(separator: "-")
            #expect(groups[2].first == "4" && "89ab".contains(groups[3].prefix(1)), "\(text)")
        }
    }
}
