import Testing

@testable import PartitionTable

@Suite struct GPTReadingTests {
    @Test func readsWhatSgdiskWrote() throws {
        guard case .gpt(let table) = try PartitionTable.read(imageHead: GoldenDisk.image512.head, sectorSize: 512)
        else {
            Issue.record("not read as a GPT")
            return
        }
        #expect(table.diskGUID == GUID("01234567-89ab-cdef-0123-456789abcdef"))
        #expect(table.alternateLBA == 8191)
        #expect(table.imageSizeInBytes == 4 << 20)
        #expect(table.firstUsableLBA == 34)
        #expect(table.lastUsableLBA == 8158)
        #expect(table.entryCapacity == 128)
        #expect(table.entries.map(\.number) == [1, 2, 15])
        #expect(table.entries.map(\.type) == [.biosBoot, .rootX8664, .efiSystem])
        #expect(table.entries.map(\.name) == ["grub", "Wurzel-ü", "ESP"])
        #expect(table.entries.map(\.firstLBA) == [48, 1328, 304])
        #expect(table.entries.map(\.lastLBA) == [303, 8158, 1327])
        #expect(table.entries.map(\.attributes) == [0, 1 << 59, 0])
        #expect(table.lowestFirstByte == 48 * 512)
        #expect(table.entry(number: 15)?.uniqueGUID == GUID("11111111-2222-3333-4444-555555555552"))
        #expect(table.entry(number: 3) == nil)
    }

    @Test func readsSectorsOf4096Bytes() throws {
        let table = try PartitionTable.read(imageHead: GoldenDisk.image4096.head, sectorSize: 4096)
        #expect(table.lowestFirstByte == 48 * 4096)
        guard case .gpt(let gpt) = table else { return #expect(Bool(false), "not read as a GPT") }
        #expect(gpt.imageSizeInBytes == 4 << 20)
        #expect(gpt.entriesSectorCount == 4)
    }

    @Test func saysThatAnImageIsForTheOtherSectorSize() {
        #expect(throws: PartitionTableError.wrongSectorSize(image: 512, disk: 4096)) {
            try PartitionTable.read(imageHead: GoldenDisk.image512.head, sectorSize: 4096)
        }
        #expect(throws: PartitionTableError.wrongSectorSize(image: 4096, disk: 512)) {
            try PartitionTable.read(imageHead: GoldenDisk.image4096.head, sectorSize: 512)
        }
        let sentence = PartitionTableError.wrongSectorSize(image: 512, disk: 4096).description
        #expect(sentence.contains("sectors of 512 bytes") && sentence.contains("sectors of 4096 bytes"))
    }

    @Test(arguments: [0, 1, 520, 2048, -512])
    func refusesOtherSectorSizes(size: Int) {
        #expect(throws: PartitionTableError.unsupportedSectorSize(size)) {
            try PartitionTable.read(imageHead: GoldenDisk.image512.head, sectorSize: size)
        }
    }

    @Test(arguments: [(0, 512), (511, 512), (512, 4188), (1000, 1024), (1024, 2 * 512 + 128 * 128), (17407, 17408)])
    func asksForMoreBytes(available: Int, needed: Int) {
        #expect(throws: PartitionTableError.headTooShort(needed: needed, available: available)) {
            try PartitionTable.read(imageHead: Array(GoldenDisk.image512.head.prefix(available)), sectorSize: 512)
        }
    }

    @Test func readsAHeadThatEndsWithTheEntries() throws {
        _ = try PartitionTable.read(imageHead: Array(GoldenDisk.image512.head.prefix(17408)), sectorSize: 512)
    }

    /// Header and entries are under a checksum: no flipped bit goes unnoticed.
    @Test func noticesFlippedBits() {
        let head = GoldenDisk.image512.head
        for offset in Array(512..<604) + Array(1024..<1280) {
            var damaged = head
            damaged[offset] ^= 1 << UInt8(offset % 8)
            #expect(throws: PartitionTableError.self, "byte \(offset)") {
                try PartitionTable.read(imageHead: damaged, sectorSize: 512)
            }
        }
    }

    @Test func refusesAGPTWithoutProtectiveMBR() {
        var head = GoldenDisk.image512.head
        head.replaceSubrange(440..<512, with: [UInt8](repeating: 0, count: 72))
        #expect(throws: PartitionTableError.noProtectiveMBR) {
            try PartitionTable.read(imageHead: head, sectorSize: 512)
        }
    }

    @Test func refusesAProtectiveMBRWithoutGPT() {
        var head = GoldenDisk.image512.head
        head.replaceSubrange(512..<604, with: [UInt8](repeating: 0, count: 92))
        #expect(
            throws: PartitionTableError.damagedHeader(
                reason: "sector 1 holds none, though sector 0 is a protective MBR")
        ) {
            try PartitionTable.read(imageHead: head, sectorSize: 512)
        }
    }

    @Test func refusesWhatIsNoDisk() {
        let page = Array("<!DOCTYPE html><html>404</html>".utf8) + [UInt8](repeating: 0, count: 65536)
        #expect(throws: PartitionTableError.noTable) { try PartitionTable.read(imageHead: page, sectorSize: 512) }
    }

    @Test(arguments: HeaderChange.all) func checksEveryField(change: HeaderChange) {
        #expect {
            try PartitionTable.read(imageHead: change.head, sectorSize: 512)
        } throws: { error in
            (error as? PartitionTableError)?.description.contains(change.expected) == true
        }
    }

    @Test func neverTrapsOnRandomBytesBehindGoodSignatures() {
        var random = SystemRandomNumberGenerator()
        let golden = GoldenDisk.image512.head
        for round in 0..<150 {
            var head = golden
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                let offset = Int.random(in: 520..<(round % 2 == 0 ? 604 : 1152), using: &random)
                head[offset] = [0, 1, 0x7f, 0x80, 0xff, .random(in: 0...255, using: &random)].randomElement() ?? 0
            }
            _ = try? PartitionTable.read(imageHead: HeaderChange.withChecksums(head), sectorSize: 512)
        }
    }
}

/// A field of the golden header or of its first entry set to something the specification forbids, checksums made right.
struct HeaderChange: CustomTestStringConvertible {
    let testDescription: String
    let offset: Int
    let value: [UInt8]
    let expected: String

    private init(_ name: String, _ offset: Int, _ value: some FixedWidthInteger, _ expected: String) {
        testDescription = name
        self.offset = offset
        self.value = withUnsafeBytes(of: value.littleEndian) { Array($0) }
        self.expected = expected
    }

    static let all = [
        HeaderChange("revision", 520, UInt32(0x0002_0000), "revision is 0x20000"),
        HeaderChange("length too small", 524, UInt32(91), "length is 91"),
        HeaderChange("length over a sector", 524, UInt32(513), "length is 513"),
        HeaderChange("own place", 536, UInt64(2), "lies in sector 2"),
        HeaderChange("backup out of range", 544, UInt64.max, "backup lies in sector"),
        HeaderChange("backup inside", 544, UInt64(8158), "not below its backup"),
        HeaderChange("usable reversed", 552, UInt64(8159), "lies after its last usable"),
        HeaderChange("usable huge", 560, UInt64.max - 1, "not below its backup"),
        HeaderChange("entries in sector 1", 584, UInt64(1), "do not end before"),
        HeaderChange("entries reach into usable", 584, UInt64(3), "do not end before"),
        HeaderChange("entries far away", 584, UInt64.max, "do not end before"),
        HeaderChange("no entries", 592, UInt32(0), "room for 0 entries"),
        HeaderChange("too many entries", 592, UInt32.max, "room for 4294967295 entries"),
        HeaderChange("small entries", 596, UInt32(64), "entries are 64 bytes"),
        HeaderChange("large entries", 596, UInt32(256), "entries are 256 bytes"),
        HeaderChange("entry before usable", 1056, UInt64(33), "outside the usable sectors 34 to 8158"),
        HeaderChange("entry reversed", 1056, UInt64(304), "lies after its last sector 303"),
        HeaderChange("entry beyond usable", 1064, UInt64(8159), "outside the usable sectors"),
        HeaderChange("entry beyond everything", 1064, UInt64.max, "lies after its last sector"),
        HeaderChange("entries overlap", 1064, UInt64(304), "partitions 1 and 15 of the image overlap"),
    ]

    var head: [UInt8] {
        var head = GoldenDisk.image512.head
        head.replaceSubrange(offset..<offset + value.count, with: value)
        return Self.withChecksums(head)
    }

    /// Both checksums made right for what the head now holds.
    static func withChecksums(_ original: [UInt8]) -> [UInt8] {
        var head = original
        func put(_ value: UInt32, at offset: Int) {
            withUnsafeBytes(of: value.littleEndian) { head.replaceSubrange(offset..<offset + 4, with: $0) }
        }
        put(CRC32.checksum(head[1024..<17408]), at: 600)
        put(0, at: 528)
        let length = Int(head[524]) | Int(head[525]) << 8
        put(CRC32.checksum(head[512..<512 + min(length, 512)]), at: 528)
        return head
    }
}
