import CZstd
import Decompression
import Testing

/// zstd frames that are decoded to where their content stays.
@Suite struct InPlaceTests {
    private static let kept = 512 << 10

    /// Content that refers to what lies as far back as the window reaches, and what does not compress.
    private static func content(_ count: Int, windowLog: Int32, seed: UInt64) -> [UInt8] {
        var random = Xorshift(seed)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        let window = 1 << windowLog
        while bytes.count < count {
            let length = Int(random.next() % 3000) + 8
            switch random.next() % 4 {
            case 0: bytes += (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next() >> 7) }
            case 1: bytes += [UInt8](repeating: UInt8(truncatingIfNeeded: random.next()), count: length * 8)
            default:
                let farthest = min(window, bytes.count)
                guard farthest > 4096 else { continue }
                let distance = random.next() % 2 == 0 ? farthest - Int(random.next() % 64) : farthest / 2
                let start = bytes.count - distance
                bytes += Array(bytes[start..<min(start + length, bytes.count)])
            }
        }
        return Array(bytes.prefix(count))
    }

    /// One frame, of which a block ends after each `flush` bytes.
    private static func frame(_ bytes: [UInt8], windowLog: Int32, flush: Int, hasChecksum: Bool) throws -> [UInt8] {
        guard let context = ZSTD_createCCtx() else { throw CompressingFailed() }
        defer { ZSTD_freeCCtx(context) }
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, hasChecksum ? 1 : 0)
        ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, windowLog)
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 7)
        var output = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count) + bytes.count / flush * 16 + 64)
        let count = bytes.withUnsafeBytes { input in
            output.withUnsafeMutableBytes { buffer in
                var target = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
                var source = ZSTD_inBuffer(src: input.baseAddress, size: 0, pos: 0)
                while source.pos < input.count {
                    source.size = min(source.pos + flush, input.count)
                    let isLast = source.size == input.count
                    guard ZSTD_compressStream2(context, &target, &source, isLast ? ZSTD_e_end : ZSTD_e_flush) == 0
                    else { return -1 }
                }
                return target.pos
            }
        }
        guard count >= 0 else { throw CompressingFailed() }
        return Array(output[..<count])
    }

    /// Decodes as the writer does: into one buffer after the other, of which the one before is kept and no other.
    private static func decode(_ input: [UInt8], pieces: Int, isProven: Bool = false) throws -> [UInt8] {
        var limits = Decompressor.Limits(threads: 1)
        limits.keptOutput = kept
        limits.isProvenOtherwise = isProven
        let decompressor = try Decompressor(.zstd, limits: limits)
        let buffers = (0..<3).map { _ in
            UnsafeMutableRawBufferPointer.allocate(byteCount: kept + Decompressor.slack, alignment: 4096)
        }
        defer { buffers.forEach { $0.deallocate() } }
        var result: [UInt8] = []
        var (number, filled) = (0, 0)
        func room() -> UnsafeMutableRawBufferPointer {
            UnsafeMutableRawBufferPointer(rebasing: buffers[number % 3][filled..<kept])
        }
        func took(_ count: Int) {
            filled += count
            guard filled == kept else { return }
            result += buffers[number % 3][..<kept]
            number += 1
            filled = 0
            for index in 0..<buffers.count where index != (number + 2) % 3 {
                buffers[index].initializeMemory(as: UInt8.self, repeating: 0xee)
            }
        }
        for start in stride(from: 0, to: input.count, by: pieces) {
            var rest = input[start..<min(start + pieces, input.count)]
            var isFull = true
            while !rest.isEmpty || isFull {
                let progress = try rest.withUnsafeBytes { try decompressor.decode($0, into: room()) }
                rest = rest.dropFirst(progress.consumed)
                isFull = filled + progress.produced == kept
                took(progress.produced)
            }
        }
        while true {
            let space = room().count
            let count = try decompressor.finish(into: room())
            took(count)
            if count < space { break }
        }
        return result + buffers[number % 3][..<filled]
    }

    @Test(arguments: [10, 17, 18, 19, 22] as [Int32], [7_777, 100_003, 1 << 20])
    func whatALaterBlockRefersToIsWhereItWasWritten(windowLog: Int32, flush: Int) throws {
        let bytes = Self.content(3_000_000, windowLog: windowLog, seed: UInt64(windowLog) * 31 + UInt64(flush))
        for hasChecksum in [true, false] {
            let frame = try Self.frame(bytes, windowLog: windowLog, flush: flush, hasChecksum: hasChecksum)
            for pieces in [1 << 20, 50_021, 997] {
                let decoded = try Self.decode(frame, pieces: pieces)
                #expect(decoded == bytes, "\(hasChecksum), pieces of \(pieces)")
            }
        }
    }

    /// Some end within an output, and with a block that reaches beyond it; some are not decoded in place.
    @Test func framesFollowEachOther() throws {
        var (bytes, packed): ([UInt8], [UInt8]) = ([], [])
        for (number, log) in ([18, 12, 22, 18, 19, 18, 16, 18] as [Int32]).enumerated() {
            let next = Self.content(300_000 + number * 101_001, windowLog: log, seed: UInt64(number) + 7)
            bytes += next
            packed += try Self.frame(next, windowLog: log, flush: 90_001, hasChecksum: number % 2 == 0)
            packed += [0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9]
        }
        for pieces in [1 << 20, 1, 4099] { #expect(try Self.decode(packed, pieces: pieces) == bytes) }
    }

    @Test func damageIsAnErrorUnlessSomethingElseProvesTheContent() throws {
        let bytes = Self.content(2_000_000, windowLog: 18, seed: 3)
        let frame = try Self.frame(bytes, windowLog: 18, flush: 100_003, hasChecksum: true)
        var random = Xorshift(11)
        for _ in 0..<200 {
            var damaged = frame
            let place = Int(random.next() % UInt64(frame.count - 4))
            damaged[place] ^= 1 << UInt8(random.next() % 8)
            let decoded = try? Self.decode(damaged, pieces: 1 << 20)
            #expect(decoded == nil || decoded == bytes, "byte \(place)")
        }
        // Its own check sum.
        var damaged = frame
        damaged[frame.count - 1] ^= 1
        #expect(throws: DecompressionError.self) { try Self.decode(damaged, pieces: 1 << 20) }
        #expect(try Self.decode(damaged, pieces: 1 << 20, isProven: true) == bytes)
        for count in [frame.count - 1, frame.count / 2, 3] {
            #expect(throws: DecompressionError.self) { try Self.decode(Array(frame[..<count]), pieces: 4096) }
        }
    }
}

private struct Xorshift {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
