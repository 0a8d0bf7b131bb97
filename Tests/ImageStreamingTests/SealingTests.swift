import Glibc
import ImageSources
import ImageStreaming
import LinuxSystem
import PartitionTable
import Testing

/// Writes an image to a disk and checks what is on it before and after the seal.
func checkSealing(
    _ image: TestImage, source: any ImageSource, target descriptor: Descriptor, options: ImageWriter.Options = .init(),
    contents: () throws -> [UInt8]
) async throws {
    let disk = try WriteTarget(descriptor)
    let facts = try await ImagePreflight.inspect(
        source, diskSize: disk.size, logicalSectorSize: image.sectorSize, options: options)
    let table = try await ImageWriter.write(source, to: descriptor, facts: facts, options: options)
    #expect(table.summary.imageBytes == UInt64(image.bytes.count))

    let head = TestImage.headLength
    let written = try contents()
    var imageEnd = image.bytes.count
    var tailLength = 0
    if case .gpt = facts.imageTable {
        tailLength = 128 * 128 + image.sectorSize
        imageEnd -= tailLength
    }
    func isZero(_ range: Range<Int>, of bytes: [UInt8]) -> Bool { consists(bytes[range], of: 0) }
    #expect(isZero(0..<head, of: written))
    #expect(isZero(written.count - tailLength..<written.count, of: written))
    #expect(areEqual(written[head..<imageEnd], image.bytes[head..<imageEnd]))

    try table.seal(on: descriptor)
    let sealed = try contents()
    #expect(areEqual(sealed[head..<imageEnd], image.bytes[head..<imageEnd]))
    #expect(sealed[..<440] == image.bytes[..<440])
    let found = try PartitionTable.read(imageHead: Array(sealed[..<head]), sectorSize: image.sectorSize)
    #expect(found == table.table)
    guard case .gpt(let before) = facts.imageTable, case .gpt(let after) = found else {
        #expect(sealed[..<head] == image.bytes[..<head])
        return
    }
    #expect(after.entries == before.entries)
    #expect(after.diskGUID == before.diskGUID)
    #expect(after.alternateLBA == sealed.count / image.sectorSize - 1)
    #expect(Array(sealed[after.backup.offset...]) == after.backup.bytes)
    if image.bytes.count < after.backup.offset {
        // The image's own backup leaves zeros, and what lies behind the image is not touched.
        #expect(isZero(imageEnd..<image.bytes.count, of: sealed))
        #expect(consists(sealed[image.bytes.count..<after.backup.offset], of: 0xaa))
    }
}

@Suite struct SealingTests {
    /// A disk full of something else, larger than the image or just as large.
    @Test(arguments: [0, 5 << 20], [false, true])
    func aFileGetsItsTableOnlyByTheSeal(more: Int, isCompressed: Bool) async throws {
        let image = TestImage.gpt()
        let source = try TemporaryFile(isCompressed ? zstd(image.bytes) : image.bytes)
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: image.bytes.count + more))
        try await checkSealing(image, source: source.source, target: target.open()) { try target.contents }
    }

    @Test func anMBRImageGetsItsTableOnlyByTheSeal() async throws {
        let image = TestImage.mbr()
        let source = try TemporaryFile(zstd(image.bytes))
        for more in [0, 1 << 20] {
            let target = try TemporaryFile([UInt8](repeating: 0xaa, count: image.bytes.count + more))
            try await checkSealing(image, source: source.source, target: target.open()) { try target.contents }
        }
    }

    @Test func anOlderTablesBackupIsGoneBeforeTheSeal() async throws {
        let image = TestImage.mbr()
        let source = try TemporaryFile(image.bytes)
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: 20 << 20))
        let descriptor = try target.open()
        let facts = try await ImagePreflight.inspect(source.source, diskSize: 20 << 20, logicalSectorSize: 512)
        _ = try await ImageWriter.write(source.source, to: descriptor, facts: facts)
        #expect(try target.contents.suffix(33 * 512).allSatisfy { $0 == 0 })
    }

    @Test func zerosBehindTheImagesTableAreNoHarm() async throws {
        var padded = TestImage.gpt().bytes
        padded += [UInt8](repeating: 0, count: 700_001)
        let source = try TemporaryFile(zstd(padded))
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: 16 << 20))
        let descriptor = try target.open()
        let facts = try await ImagePreflight.inspect(source.source, diskSize: 16 << 20, logicalSectorSize: 512)
        let table = try await ImageWriter.write(source.source, to: descriptor, facts: facts)
        try table.seal(on: descriptor)
        let sealed = try target.contents
        #expect(sealed[TestImage.headLength..<11 << 20] == padded[TestImage.headLength..<11 << 20])
    }

    /// The check that says so is asked before the first sector is written, and after.
    @Test(arguments: [1, 2]) func aSealThatIsGivenUpMeanwhileLeavesNothingThatBoots(time: Int) async throws {
        let source = try TemporaryFile(TestImage.gpt().bytes)
        let target = try TemporaryFile([UInt8](repeating: 0xaa, count: 16 << 20))
        let descriptor = try target.open()
        let facts = try await ImagePreflight.inspect(source.source, diskSize: 16 << 20, logicalSectorSize: 512)
        let table = try await ImageWriter.write(source.source, to: descriptor, facts: facts)
        var asked = 0
        #expect(throws: CancellationError.self) {
            try table.seal(
                on: descriptor,
                check: {
                    asked += 1
                    if asked == time { throw CancellationError() }
                })
        }
        #expect(asked == time)
        let left = try target.contents
        #expect(consists(left[..<512], of: 0))
        #expect(consists(left.suffix(33 * 512), of: 0))
    }

    /// What the kernel's md does with the array's other sectors is not this test's matter: the members are files.
    @Test func theFirstSectorOfAMirrorGoesToOneMemberAfterTheOther() async throws {
        let image = TestImage.gpt()
        let source = try TemporaryFile(image.bytes)
        let array = try TemporaryFile([UInt8](repeating: 0xaa, count: 16 << 20))
        let members = try (0..<2).map { _ in try TemporaryFile([UInt8](repeating: 0, count: 16 << 20)) }
        let descriptor = try array.open()
        let facts = try await ImagePreflight.inspect(source.source, diskSize: 16 << 20, logicalSectorSize: 512)
        let table = try await ImageWriter.write(source.source, to: descriptor, facts: facts)

        let broken = try Descriptor.open("/dev/full", O_RDONLY)
        #expect(throws: (any Error).self) { try table.seal(on: descriptor, members: [members[0].open(), broken]) }
        #expect(consists(try array.contents[..<512], of: 0))

        try table.seal(on: descriptor, members: members.map { try $0.open() })
        let sealed = try array.contents
        #expect(consists(sealed[..<512], of: 0))
        #expect(Array(sealed[512..<520]) == Array("EFI PART".utf8))
        for member in members {
            let bytes = try member.contents
            #expect(bytes[510..<512] == [0x55, 0xaa] && bytes[..<440] == image.bytes[..<440])
            #expect(consists(bytes[512...], of: 0))
        }
    }
}

@Suite struct SealingRootTests {
    @Test(arguments: [512, 4096])
    func aDiskGetsItsTableOnlyByTheSeal(sectorSize: Int) async throws {
        let image = TestImage.gpt(sectorSize: sectorSize)
        let source = try TemporaryFile(zstd(image.bytes))
        let disk = try TemporaryFile([UInt8](repeating: 0xaa, count: 32 << 20))
        let device = try LoopDevice(disk, sectorSize: UInt32(sectorSize))
        try await checkSealing(image, source: source.source, target: device.open()) { try device.contents }
    }
}
