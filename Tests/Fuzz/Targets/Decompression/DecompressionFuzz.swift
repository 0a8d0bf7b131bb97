import Decompression
import FuzzInput
import Glibc

/// A compressed image of any bytes, whose format is what its first bytes tell. However it is cut into pieces, and on
/// however many threads it is decoded, it is the same image, or none.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let piece = Int(input.byte()) + 1
    let room = Int(input.integer(UInt16.self)) + 1
    let image = input.rest()
    let format = Compression(head: image)
    let whole = Outcome(image, format, piece: image.count + 1, room: 1 << 16, threads: 1)
    let pieces = Outcome(image, format, piece: piece, room: room, threads: 3)
    waitForThreads()
    let inPlace = Outcome(image, format, piece: piece, room: 192 << 10, threads: 1, isKept: true)
    for (other, what) in [(pieces, "pieces of \(piece) bytes give"), (inPlace, "decoding in place gives")] {
        let isComparable = whole != .tooLong && other != .tooLong
        promise(!isComparable || whole == other, "\(what) another image than the whole")
    }
    return 0
}

/// Waits until the decoders' threads have ended, which they do on their own: what they still hold would be taken for a leak.
private func waitForThreads() {
    // This one, and the one of libFuzzer that watches the memory.
    for _ in 0..<1000 where threadCount > 2 { usleep(1000) }
}

private var threadCount: Int {
    guard let directory = opendir("/proc/self/task") else { return 0 }
    defer { closedir(directory) }
    var count = -2
    while readdir(directory) != nil { count += 1 }
    return count
}

private enum Outcome: Equatable {
    case image([UInt8])
    case refused
    /// Longer than a run may take time for: few bytes make many zeros.
    case tooLong

    init(_ image: [UInt8], _ format: Compression, piece: Int, room: Int, threads: Int, isKept: Bool = false) {
        var limits = Decompressor.Limits(window: 8 << 20, threads: threads, threadingMemory: 32 << 20)
        if isKept { limits.keptOutput = room }
        do {
            let output = try Self.decode(image, Decompressor(format, limits: limits), piece: piece, room: room)
            self = output.map { .image($0) } ?? .tooLong
        } catch {
            let refusal = error as? DecompressionError
            promise(refusal != nil, "\(error) is not of the decoder's own")
            show(refusal?.advice)
            self = .refused
        }
    }

    private static func decode(
        _ image: [UInt8], _ decompressor: Decompressor, piece: Int, room: Int
    ) throws -> [UInt8]? {
        var output: [UInt8] = []
        var buffers = OutputBuffers(room)
        var offset = 0
        var isFull = false
        while offset < image.count || isFull {
            let next = image[offset..<min(offset + piece, image.count)]
            let progress = try next.withUnsafeBytes { try decompressor.decode($0, into: buffers.room) }
            offset += progress.consumed
            isFull = progress.produced == buffers.room.count
            buffers.take(progress.produced, &output)
            if output.count > 1 << 20 { return nil }
        }
        while true {
            let room = buffers.room.count
            let count = try decompressor.finish(into: buffers.room)
            buffers.take(count, &output)
            if output.count > 1 << 20 { return nil }
            if count < room { return output }
        }
    }
}

/// Two buffers that are filled in turn: the one before is kept, and no other.
private struct OutputBuffers: ~Copyable {
    private let buffers: [UnsafeMutableRawBufferPointer]
    private let length: Int
    private var number = 0
    private var filled = 0

    init(_ length: Int) {
        self.length = length
        buffers = (0..<2).map { _ in .allocate(byteCount: length + Decompressor.slack, alignment: 64) }
    }

    deinit {
        for buffer in buffers { buffer.deallocate() }
    }

    var room: UnsafeMutableRawBufferPointer { .init(rebasing: buffers[number][filled..<length]) }

    mutating func take(_ count: Int, _ output: inout [UInt8]) {
        output += buffers[number][filled..<filled + count]
        filled += count
        guard filled == length else { return }
        (number, filled) = (1 - number, 0)
    }
}
