import Decompression
import Testing

@Suite struct DamageTests {
    @Test(arguments: packedFormats)
    func truncationAtAnyByteIsAnErrorWithItsOffset(format: Compression) throws {
        let packed = try compressed(sample(3000), format)
        for cut in 0..<packed.count {
            #expect(throws: DecompressionError.truncated(format, offset: UInt64(cut))) {
                try decompressed(Array(packed[..<cut]), format, pieces: 100)
            }
        }
    }

    @Test(arguments: packedFormats)
    func truncationInALaterMemberIsAnErrorToo(format: Compression) throws {
        let first = try compressed(sample(3000), format)
        let second = try compressed(sample(3000, seed: 9), format)
        for cut in [1, 2, 5, 12, second.count - 1] {
            #expect(throws: DecompressionError.truncated(format, offset: UInt64(first.count + cut))) {
                try decompressed(first + second[..<cut], format)
            }
        }
    }

    @Test(
        arguments: packedFormats,
        [[0x78], [0xff, 0xd8, 0xff], Array("<html>".utf8), [UInt8](repeating: 7, count: 5000)])
    func bytesAfterTheEndAreAnErrorThatNamesTheirOffset(format: Compression, extra: [UInt8]) throws {
        let packed = try compressed(sample(3000), format)
        for pieces in [1, packed.count, 1 << 16] {
            #expect(throws: DecompressionError.trailingBytes(format, offset: UInt64(packed.count))) {
                try decompressed(packed + extra, format, pieces: pieces)
            }
        }
    }

    /// gzip(1) ignores zero bytes at the end, xz(1) accepts them in fours, zstd(1) and lz4(1) refuse them, bzip2(1)
    /// warns of them.
    @Test(arguments: [
        (Compression.gzip, 1, true), (.gzip, 511, true), (.xz, 4, true), (.xz, 512, true), (.xz, 3, false),
        (.zstd, 4, false), (.zstd, 512, false), (.lz4, 4, false), (.lz4, 512, false), (.bzip2, 1, false),
        (.bzip2, 512, false),
    ])
    func zerosAtTheEndAreJudgedAsTheUsualToolsDo(format: Compression, zeros: Int, isAccepted: Bool) throws {
        let original = sample(3000)
        let packed = try compressed(original, format)
        let padded = packed + [UInt8](repeating: 0, count: zeros)
        if isAccepted {
            #expect(try decompressed(padded, format, pieces: 5) == original)
        } else {
            #expect(throws: DecompressionError.trailingBytes(format, offset: UInt64(packed.count))) {
                try decompressed(padded, format, pieces: 5)
            }
        }
    }

    @Test func xzStreamsMayFollowPaddingAndGzipMembersMayNot() throws {
        let zeros: [UInt8] = [0, 0, 0, 0]
        #expect(try decompressed(xz([1]) + zeros + xz([2]), .xz) == [1, 2])
        let first = try gzip([1])
        #expect(throws: DecompressionError.trailingBytes(.gzip, offset: UInt64(first.count + 4))) {
            try decompressed(first + zeros + gzip([2]), .gzip)
        }
    }

    /// Some header fields mean nothing for the content, so a flipped bit may go unnoticed; it must never change bytes.
    @Test(arguments: packedFormats)
    func noFlippedBitChangesTheContentUnnoticed(format: Compression) throws {
        let original = sample(600)
        let packed = try compressed(original, format)
        var noticed = 0
        for position in 0..<packed.count {
            for bit in 0..<8 {
                var damaged = packed
                damaged[position] ^= 1 << UInt8(bit)
                do {
                    #expect(try decompressed(damaged, format, limits: .init(window: 64 << 20)) == original)
                } catch is DecompressionError {
                    noticed += 1
                }
            }
        }
        #expect(noticed > packed.count * 6)
    }

    @Test(arguments: packedFormats)
    func garbageBehindTheMagicBytesIsAnError(format: Compression) throws {
        let magic = try compressed([], format).prefix(6)
        for seed in 1...200 {
            let garbage = Array(magic) + sample(500, seed: UInt64(seed))
            #expect(throws: DecompressionError.self) {
                try decompressed(garbage, format, limits: .init(window: 64 << 20))
            }
        }
    }

    @Test func aWindowBeyondTheLimitIsRefusedAndTheDeclaredOneReported() throws {
        let packed = try zstd(sample(100_000), windowLog: 27)
        let limits = Decompressor.Limits(window: 8 << 20)
        #expect(throws: DecompressionError.windowTooLarge(.zstd, needed: 128 << 20, limit: 8 << 20)) {
            try decompressed(packed, .zstd, limits: limits)
        }
        let decompressor = try Decompressor(.zstd)
        var output = [UInt8](repeating: 0, count: 1 << 20)
        _ = try packed.withUnsafeBytes { source in
            try output.withUnsafeMutableBytes { try decompressor.decode(source, into: $0) }
        }
        #expect(decompressor.declaredMemory == 128 << 20)
    }

    @Test func xzThatNeedsMoreThanTheLimitIsRefused() throws {
        let packed = try xz(sample(10_000))
        let error = #expect(throws: DecompressionError.self) {
            try decompressed(packed, .xz, limits: .init(window: 100_000))
        }
        guard case .windowTooLarge(.xz, _, 100_000) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
