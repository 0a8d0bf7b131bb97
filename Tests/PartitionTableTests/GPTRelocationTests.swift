import Testing

@testable import PartitionTable

@Suite struct GPTRelocationTests {
    struct Case: CustomTestStringConvertible {
        let testDescription: String
        let image: GoldenDisk
        let disk: GoldenDisk
        let sectorSize: Int
    }

    static let cases = [
        Case(testDescription: "512 to 16 MiB", image: .image512, disk: .disk512Of16MiB, sectorSize: 512),
        Case(testDescription: "512 to 3 TiB", image: .image512, disk: .disk512Of3TiB, sectorSize: 512),
        Case(testDescription: "4096 to 16 MiB", image: .image4096, disk: .disk4096Of16MiB, sectorSize: 4096),
    ]

    private func table(_ image: GoldenDisk, _ sectorSize: Int) throws -> GPT {
        guard case .gpt(let table) = try PartitionTable.read(imageHead: image.head, sectorSize: sectorSize) else {
            throw PartitionTableError.noTable
        }
        return table
    }

    /// The disk signature is the one difference: `sgdisk -e` clears it with the rest of sector 0's table, while the
    /// specification leaves it unused and boot loaders that look at it want it unchanged.
    @Test(arguments: cases) func matchesSgdiskByteForByte(example: Case) throws {
        let size = example.sectorSize
        let table = try table(example.image, size).relocated(toDiskSectors: example.disk.size / size)
        var expected = example.disk.head
        expected.replaceSubrange(440..<444, with: [0xde, 0xad, 0xbe, 0xef])
        #expect(table.head(from: example.image.head) == expected)
        let backup = table.backup
        #expect(backup.offset + backup.bytes.count == example.disk.size)
        #expect(backup.bytes == example.disk.tail.suffix(backup.bytes.count))
        #expect(example.disk.tail.dropLast(backup.bytes.count).allSatisfy { $0 == 0 })
        #expect(table.imageSizeInBytes == example.disk.size)
    }

    @Test(arguments: cases) func relocatedToItsOwnSizeNothingChanges(example: Case) throws {
        let table = try table(example.image, example.sectorSize)
        #expect(try table.relocated(toDiskSectors: example.image.size / example.sectorSize) == table)
        #expect(table.head(from: example.image.head) == example.image.head)
    }

    @Test(arguments: cases) func whatIsWrittenReadsBackAsTheSameTable(example: Case) throws {
        let table = try table(example.image, example.sectorSize).relocated(toDiskSectors: 1_000_000)
        let head = table.head(from: [UInt8](example.image.head))
        #expect(try PartitionTable.read(imageHead: head, sectorSize: example.sectorSize) == .gpt(table))
    }

    @Test func theRegionsAreThePartsOfTheHead() throws {
        let table = try table(.image512, 512).relocated(toDiskSectors: 32768)
        let primary = table.primary(originalFirstSector: Array(GoldenDisk.image512.head.prefix(512)))
        let head = table.head(from: GoldenDisk.image512.head)
        #expect(primary.protectiveMBR == DiskRegion(offset: 0, bytes: Array(head[..<512])))
        #expect(primary.header == DiskRegion(offset: 512, bytes: Array(head[512..<1024])))
        #expect(primary.entries == DiskRegion(offset: 1024, bytes: Array(head[1024..<17408])))
    }

    @Test func refusesADiskThatEndsInsideTheLastPartition() throws {
        let table = try table(.image512, 512)
        // 8159 sectors of partitions, 32 of entries, one of header.
        #expect(throws: PartitionTableError.diskTooSmall(needed: 8192, available: 8191, sectorSize: 512)) {
            try table.relocated(toDiskSectors: 8191)
        }
        #expect(throws: PartitionTableError.diskTooSmall(needed: 8192, available: -1, sectorSize: 512)) {
            try table.relocated(toDiskSectors: -1)
        }
        #expect(throws: PartitionTableError.diskTooLarge(sectors: .max, sectorSize: 512)) {
            try table.relocated(toDiskSectors: .max)
        }
    }

    @Test func withoutAnOriginalTheProtectiveMBRIsMadeNew() throws {
        let table = try table(.image512, 512)
        var expected = Array(GoldenDisk.image512.head.prefix(512))
        expected.replaceSubrange(0..<446, with: [UInt8](repeating: 0, count: 446))
        #expect(table.primary(originalFirstSector: nil).protectiveMBR.bytes == expected)
    }

    @Test func keepsTheActiveFlagThatSomeFirmwareWants() throws {
        let table = try table(.image512, 512).relocated(toDiskSectors: 32768)
        var sector = Array(GoldenDisk.image512.head.prefix(512))
        sector[446] = 0x80
        #expect(table.primary(originalFirstSector: sector).protectiveMBR.bytes[446] == 0x80)
    }

    /// Its protective entry ends where the first entry for the BIOS begins: `sgdisk -e` leaves such a sector alone, too.
    @Test func leavesAHybridMBRAsItIs() throws {
        let table = try table(.image512, 512).relocated(toDiskSectors: 32768)
        let hybrid = Array(GoldenDisk.hybrid512.head.prefix(512))
        #expect(hybrid[466] != 0)
        #expect(table.primary(originalFirstSector: hybrid).protectiveMBR.bytes == hybrid)
    }

    @Test(
        arguments: [
            (0, [0x00, 0x01, 0x00]), (62, [0x00, 0x3f, 0x00]), (63, [0x01, 0x01, 0x00]), (16065, [0x00, 0x01, 0x01]),
            (256 * 16065, [0x00, 0x41, 0x00]), (1024 * 16065 - 1, [0xfe, 0xff, 0xff]),
            (1024 * 16065, [0xff, 0xff, 0xff]),
        ] as [(Int, [UInt8])])
    func cylinderHeadSector(sector: Int, bytes: [UInt8]) {
        #expect(ProtectiveMBR.cylinderHeadSector(of: sector) == bytes)
    }
}
