import ByteCoding
import Testing

@testable import PartitionTable

/// Random tables on random disks; the seed of one that fails is its argument.
@Suite struct GPTPropertyTests {
    @Test(arguments: UInt64(0)..<40)
    func relocationAndGrowthKeepWhatAGPTPromises(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let image = try RandomTable(using: &random)
        let diskSectors = image.sectors + image.extraSectors
        let relocated = try image.table.relocated(toDiskSectors: diskSectors)
        try checkInvariants(relocated, diskSectors, image.head)
        #expect(relocated.entries == image.table.entries)

        for entry in relocated.entries {
            let isLast = relocated.entries.allSatisfy { $0.firstLBA <= entry.firstLBA }
            do {
                let growth = try PartitionTable.gpt(relocated).growing(entry.number, toDiskSectors: diskSectors)
                guard case .gpt(let grown) = growth.table, let after = grown.entry(number: entry.number) else {
                    Issue.record("no GPT any more")
                    continue
                }
                #expect(isLast)
                #expect(growth.newLengthBytes > growth.oldLengthBytes)
                #expect(growth.newLengthBytes % 4096 == 0)
                #expect(after.firstLBA == entry.firstLBA && after.uniqueGUID == entry.uniqueGUID)
                // Less than 1 MiB and a block is given away for alignment.
                let unused = (grown.lastUsableLBA - after.lastLBA) * grown.sectorSize
                #expect(unused < 1 << 20 + 4096)
                #expect(grown.entries.filter { $0 != after } == relocated.entries.filter { $0 != entry })
                try checkInvariants(grown, diskSectors, image.head)
            } catch let error as NoGrowth {
                switch error {
                case .notLast(entry.number, _): #expect(!isLast)
                case .full(entry.number):
                    #expect((relocated.lastUsableLBA - entry.lastLBA) * relocated.sectorSize < 1 << 20 + 4096)
                default: Issue.record("\(error)")
                }
            }
        }
    }

    @Test(arguments: UInt64(0)..<20) func aDiskOneSectorTooSmallIsRefused(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let table = try RandomTable(using: &random).table
        let highest = table.entries.map(\.lastLBA).max() ?? 0
        let needed = highest + 1 + table.entriesSectorCount + 1
        #expect(try table.relocated(toDiskSectors: needed).lastUsableLBA == highest)
        #expect(
            throws: PartitionTableError.diskTooSmall(
                needed: needed, available: needed - 1, sectorSize: table.sectorSize)
        ) { try table.relocated(toDiskSectors: needed - 1) }
    }

    /// What UEFI 5.3 demands, checked on the bytes that are written.
    private func checkInvariants(_ table: GPT, _ diskSectors: Int, _ imageHead: [UInt8]) throws {
        let size = table.sectorSize
        let head = table.head(from: imageHead)
        // Reading checks signatures, both checksums, bounds and overlap.
        #expect(try PartitionTable.read(imageHead: head, sectorSize: size) == .gpt(table))
        #expect(table.alternateLBA == diskSectors - 1)
        #expect(table.firstUsableLBA <= table.lastUsableLBA)
        #expect(table.entriesSectorCount * size >= 16384)
        let backup = table.backup
        #expect(backup.offset + backup.bytes.count == diskSectors * size)
        #expect((table.lastUsableLBA + 1) * size == backup.offset)
        // Both arrays are the same, and each header points at the other one and at its own array.
        let array = table.entriesLBA * size..<(table.entriesLBA + table.entriesSectorCount) * size
        #expect(Array(head[array]) == backup.bytes.dropLast(size))
        let primary = try Header(head[size..<2 * size])
        let alternate = try Header(backup.bytes.suffix(size))
        #expect(primary.own == 1 && primary.other == UInt64(diskSectors - 1))
        #expect(alternate.own == UInt64(diskSectors - 1) && alternate.other == 1)
        #expect(primary.array == UInt64(table.entriesLBA) && alternate.array == UInt64(backup.offset / size))
        #expect(primary.isChecksumRight && alternate.isChecksumRight)
        #expect(primary.rest == alternate.rest)
    }

    private struct Header {
        let own: UInt64
        let other: UInt64
        let array: UInt64
        let isChecksumRight: Bool
        /// Usable sectors, disk GUID, and shape and checksum of the array.
        let rest: [UInt8]

        init(_ sector: some Collection<UInt8>) throws {
            let bytes = Array(sector.prefix(92))
            var reader = ByteReader(bytes[...])
            try reader.skip(16)
            let checksum = try reader.littleEndian(UInt32.self)
            try reader.skip(4)
            own = try reader.littleEndian()
            other = try reader.littleEndian()
            try reader.skip(32)
            array = try reader.littleEndian()
            isChecksumRight = CRC32.checksum(bytes[..<16] + [0, 0, 0, 0] + bytes[20...]) == checksum
            rest = Array(bytes[40..<72] + bytes[80...])
        }
    }
}

/// A random image's table and the bytes that hold it.
private struct RandomTable {
    let table: GPT
    let head: [UInt8]
    let sectors: Int
    /// By how much the disk is larger than the image.
    let extraSectors: Int

    init(using random: inout SplitMix) throws {
        let size = Bool.random(using: &random) ? 512 : 4096
        let capacity = [128, 128, 136, 256].randomElement(using: &random) ?? 128
        let arraySectors = GPT.entriesSectorCount(capacity: capacity, sectorSize: size)
        let entriesLBA = 2 + (Int.random(in: 0..<4, using: &random) == 0 ? 7 : 0)
        let firstUsable = entriesLBA + arraySectors + Int.random(in: 0..<100, using: &random)
        let alignment = [1, 8, (1 << 20) / size].randomElement(using: &random) ?? 1
        var next = firstUsable
        var writer = ByteWriter()
        var numbers = Array((0..<capacity).shuffled(using: &random).prefix(.random(in: 1...9, using: &random)))
        // Numbers need not follow the order on the disk.
        var placed: [Int: Range<Int>] = [:]
        while let number = numbers.popLast() {
            let start = (next + .random(in: 0..<5000, using: &random) + alignment - 1) / alignment * alignment
            placed[number] = start..<start + .random(in: 1...1_000_000, using: &random)
            next = placed[number]?.upperBound ?? next
        }
        let lastUsable = next - 1 + Int.random(in: 0..<1000, using: &random)
        for number in 0..<capacity {
            guard let range = placed[number] else {
                writer.zeros(GPTEntry.length)
                continue
            }
            writer.append(PartitionType.linuxGeneric.guid.diskBytes)
            writer.append((0..<16).map { _ in UInt8.random(in: 0...255, using: &random) })
            writer.littleEndian(UInt64(range.lowerBound))
            writer.littleEndian(UInt64(range.upperBound - 1))
            writer.zeros(8 + 72)
        }
        sectors = lastUsable + 1 + arraySectors + 1
        extraSectors =
            [0, 1, .random(in: 0...1 << 12, using: &random), .random(in: 0...1 << 34, using: &random)]
            .randomElement(using: &random) ?? 0
        var entries: [GPTEntry] = []
        var reader = ByteReader(writer.bytes[...])
        for number in 1...capacity {
            if let entry = try GPTEntry(number: number, reader: &reader) { entries.append(entry) }
        }
        table = GPT(
            sectorSize: size, diskGUID: PartitionType.home.guid, alternateLBA: sectors - 1,
            firstUsableLBA: firstUsable, lastUsableLBA: lastUsable, entriesLBA: entriesLBA, entryCapacity: capacity,
            entries: entries)
        head = table.head(from: [])
    }
}

/// SplitMix64: a small generator whose numbers a seed determines.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
