import CZstd
import Testing

@testable import Decompression

@Suite struct PartTests {
    /// Blocks of zeros make some fifty times as much as is set aside for them, so that all but the first wait for memory.
    @Test(arguments: [UInt64(1), 8 << 20, 96 << 20])
    func partsThatMakeMoreThanThereIsRoomForComeInOrder(memory: UInt64) throws {
        let zeros = [UInt8](repeating: 0, count: 9_000_000)
        let streams = try (1...5).map { try bzip2(zeros, level: 1) + bzip2([$0]) }.reduce([], +)
        let limits = Decompressor.Limits(threads: 3, threadingMemory: memory)
        let image = try decompressed(streams, .bzip2, pieces: 1 << 16, output: 1 << 20, limits: limits)
        #expect(image.count == 5 * 9_000_001)
        #expect((1...5).map { image[$0 * 9_000_001 - 1] } == [1, 2, 3, 4, 5])
    }

    @Test func aDamagedPartIsReportedBehindAllThatIsBeforeIt() throws {
        let parts = try (1...4).map { try bzip2(sample(30_000, seed: $0)) }
        var damaged = parts
        damaged[2][parts[2].count / 2] ^= 0x10
        let end = UInt64(parts[..<3].map(\.count).reduce(0, +))
        let decompressor = try Decompressor(.bzip2, limits: .init(threads: 2))
        var output = [UInt8](repeating: 0, count: 200_000)
        var produced = 0
        let error = #expect(throws: DecompressionError.self) {
            let packed = damaged.reduce([], +)
            var used = 0
            while true {
                let input = packed[used...]
                let progress = try input.withUnsafeBytes { source in
                    try output.withUnsafeMutableBytes {
                        try decompressor.decode(source, into: UnsafeMutableRawBufferPointer(rebasing: $0[produced...]))
                    }
                }
                used += progress.consumed
                produced += progress.produced
                guard used == packed.count else { continue }
                produced += try output.withUnsafeMutableBytes {
                    try decompressor.finish(into: UnsafeMutableRawBufferPointer(rebasing: $0[produced...]))
                }
            }
        }
        // The last bits of the block share a byte with the magic bits of the stream's end.
        guard case .corrupt(.bzip2, let offset, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(offset == end - 10 || offset == end - 9)
    }

    @Test(arguments: [1, 2, 3, 1 << 16]) func zstdFramesOfAllKindsFollowEachOther(pieces: Int) throws {
        let short = try zstd(sample(50_000), windowLog: 12)
        let skippable: [UInt8] = [0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]
        let long = try zstd(sample(1_500_000, seed: 3))
        let packed = short + skippable + short + long + short + short
        let expected = sample(50_000) + sample(50_000) + sample(1_500_000, seed: 3) + sample(50_000) + sample(50_000)
        // The long frame is more than half of this.
        let limits = Decompressor.Limits(threads: 2, threadingMemory: 2 << 20)
        #expect(try decompressed(packed, .zstd, pieces: pieces, output: 100_000, limits: limits) == expected)
    }

    /// Behind a block's magic bits come its CRC and where the sorting begins, which is 899,999 at most.
    @Test(arguments: [
        (Bzip2Scanner.blockMagic, UInt64(899_999), true), (Bzip2Scanner.blockMagic, 0, true),
        (Bzip2Scanner.blockMagic, 1_000_000, false), (Bzip2Scanner.endMagic, 1_000_000, true),
    ])
    func magicBitsAreFoundAtEveryBit(magic: UInt64, origin: UInt64, isFound: Bool) {
        for lead in 24..<32 {
            let fields = [(UInt64(0xff31_1700), lead), (magic, 48), (0xffff_ffff, 32), (0, 1), (origin, 24), (~0, 40)]
            let bits = fields.flatMap { value, count in (0..<count).reversed().map { UInt8(value >> UInt64($0) & 1) } }
            let bytes = stride(from: 0, to: bits.count - 7, by: 8).map { bits[$0..<$0 + 8].reduce(0) { $0 << 1 | $1 } }
            for cut in 0..<bytes.count {
                var scanner = Bzip2Scanner()
                var scanned = 0
                var end: Int?
                for part in [bytes[..<cut], bytes[cut...]] where end == nil {
                    let (used, mark) = part.withUnsafeBytes { scanner.scan($0) }
                    scanned += used
                    end = mark.map { scanned * 8 - $0.bitsBehind }
                    #expect(mark == nil || mark?.isEnd == (magic == Bzip2Scanner.endMagic))
                }
                #expect(end == (isFound ? lead + 48 : nil))
            }
        }
    }

    @Test func theLengthOfAFrameIsFoundWithoutDecodingIt() throws {
        for bytes in [[], sample(10), sample(300_000), [UInt8](repeating: 0, count: 1 << 20)] {
            let frame = try zstd(bytes)
            var scanner = ZstdFrameScanner()
            var used = 0
            while !scanner.isComplete, used < frame.count {
                used += frame[used...].withUnsafeBytes { scanner.scan($0) }
            }
            #expect(scanner.isComplete && used == frame.count)
            #expect(scanner.mostContent >= UInt64(bytes.count))
        }
    }

    @Test func thisMachineDecodesWithAllProcessors() {
        let limits = Decompressor.Limits.ofThisMachine
        #expect(limits.threads >= 1)
        #expect(limits.threadingMemory >= 32 << 20)
        #expect(limits.threadingMemory <= UInt64(limits.threads) * 48 << 20)
    }
}
