import Decompression
import Testing

@Suite struct RoundTripTests {
    @Test(arguments: Compression.allCases, [1, 3, 4096, 1 << 20])
    func anyPiecesGiveTheSameBytes(format: Compression, pieces: Int) throws {
        let original = sample(pieces < 16 ? 20_000 : 700_000)
        let packed = try compressed(original, format)
        for size in [1 << 16, 1000] {
            #expect(try decompressed(packed, format, pieces: pieces, output: size) == original)
        }
        #expect(try decompressed(packed, format, pieces: packed.count, output: 1 << 20) == original)
    }

    @Test(arguments: packedFormats, [1, 7, 100_000])
    func membersFollowEachOtherAsOneImage(format: Compression, pieces: Int) throws {
        let parts = [sample(5000, seed: 2), [], sample(70_000, seed: 3), [42]]
        let packed = try parts.map { try compressed($0, format) }.reduce([], +)
        #expect(try decompressed(packed, format, pieces: pieces) == parts.reduce([], +))
    }

    @Test(arguments: packedFormats)
    func anImageOfNothingIsEmpty(format: Compression) throws {
        #expect(try decompressed(compressed([], format), format).isEmpty)
    }

    @Test func zstdSkippableFramesArePassedOver() throws {
        let skippable: [UInt8] = [0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9]
        let packed = skippable + (try zstd([1, 2])) + skippable + (try zstd([3])) + skippable
        #expect(try decompressed(packed, .zstd, pieces: 1) == [1, 2, 3])
    }

    @Test func gzipHeadersMayHoldNamesAndComments() throws {
        let plain = try gzip(Array("body".utf8))
        // FEXTRA, FNAME and FCOMMENT (RFC 1952 2.3).
        var packed = Array(plain[..<10])
        packed[3] = 0x1c
        packed += [2, 0, 7, 7]
        packed += Array("name\0note\0".utf8)
        packed += plain[10...]
        #expect(try decompressed(packed, .gzip, pieces: 1) == Array("body".utf8))
    }

    @Test(arguments: [
        ([0x1f, 0x8b, 0x08, 0, 0, 0], Compression.gzip), ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], .xz),
        ([0x28, 0xb5, 0x2f, 0xfd, 0, 0], .zstd), ([0x5f, 0x2a, 0x4d, 0x18, 0, 0], .zstd),
        ([0x04, 0x22, 0x4d, 0x18, 0x64, 0x40], .lz4), (Array("BZh91A".utf8), .bzip2),
        ([0x42, 0x5a, 0x68, 0x31, 0x17, 0x72], .bzip2), (Array("BZh01A".utf8), .none), (Array("BZh9ab".utf8), .none),
        ([0x02, 0x21, 0x4c, 0x18, 0, 0], .none), ([0x1f, 0x8b, 0x07], .none), ([0xfd, 0x37, 0x7a, 0x58, 0x5a], .none),
        ([], .none), ([0x1f], .none),
        ([0xeb, 0x63, 0x90, 0, 0, 0], .none),
    ])
    func magicBytesDecideTheFormat(head: [UInt8], format: Compression) {
        #expect(Compression(head: head) == format)
    }
}
