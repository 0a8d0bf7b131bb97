import Decompression
import FuzzInput

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
    let isComparable = whole != .tooLong && pieces != .tooLong
    promise(!isComparable || whole == pieces, "pieces of \(piece) bytes give another image than the whole")
    return 0
}

private enum Outcome: Equatable {
    case image([UInt8])
    case refused
    /// Longer than a run may take time for: few bytes make many zeros.
    case tooLong

    init(_ image: [UInt8], _ format: Compression, piece: Int, room: Int, threads: Int) {
        let limits = Decompressor.Limits(window: 8 << 20, threads: threads, threadingMemory: 32 << 20)
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
        var buffer = [UInt8](repeating: 0, count: room)
        var offset = 0
        var isFull = false
        while offset < image.count || isFull {
            let next = image[offset..<min(offset + piece, image.count)]
            let progress = try next.withUnsafeBytes { source in
                try buffer.withUnsafeMutableBytes { try decompressor.decode(source, into: $0) }
            }
            offset += progress.consumed
            output += buffer[..<progress.produced]
            isFull = progress.produced == room
            if output.count > 1 << 20 { return nil }
        }
        while true {
            let count = try buffer.withUnsafeMutableBytes { try decompressor.finish(into: $0) }
            output += buffer[..<count]
            if output.count > 1 << 20 { return nil }
            if count < room { return output }
        }
    }
}
