import Decompression
import ImageSources

/// A stream's bytes, decompressed, read buffer by buffer. For one thread.
final class StreamDecoding {
    private let stream: any ImageStream
    /// The stream, if what is read may lie in an archive.
    private let layer: LayerStream?
    private let onServed: (UnsafeRawBufferPointer) throws -> Void
    private let onDecoded: ((UnsafeRawBufferPointer) -> Void)?
    private let limits: Decompressor.Limits
    private var decoder: Decompressor?
    /// The first bytes, until they are enough to recognise the format by.
    private var magic: [UInt8] = []
    /// What was read but not decoded when a buffer was full.
    private var rest: [UInt8] = []
    private var restStart = 0
    private var mayHoldOutput = false
    private var isAtEnd = false
    private(set) var servedBytes: UInt64 = 0
    /// How long bytes were waited for, were checked as served, and were decoded.
    private(set) var (waiting, checking, decoding) = (Duration.zero, Duration.zero, Duration.zero)

    /// - Parameters:
    ///   - limits: what decoding may cost, and what `fill` can rely on.
    ///   - onServed: sees all bytes as served, in order.
    ///   - onDecoded: sees all bytes that come out, in order.
    init(
        _ stream: any ImageStream, limits: Decompressor.Limits = .ofThisMachine,
        onServed: @escaping (UnsafeRawBufferPointer) throws -> Void = { _ in },
        onDecoded: ((UnsafeRawBufferPointer) -> Void)? = nil
    ) {
        self.onDecoded = onDecoded
        self.limits = limits
        layer = stream.isLayer ? LayerStream(stream, limits: limits.notInPlace, onServed: onServed) : nil
        self.stream = layer ?? stream
        self.onServed = layer == nil ? onServed : { _ in }
    }

    /// The format; known once something was decoded.
    var compression: Compression { decoder?.format ?? .none }
    /// Memory that the data asks for, as far as it was read.
    var declaredMemory: UInt64 { (decoder?.declaredMemory ?? 0) &+ (layer?.declaredMemory ?? 0) }
    /// Whether only the end, which must be read, proves that the image is the right one.
    var isProvenAtItsEnd: Bool { layer?.isLayer ?? false }

    func open() throws -> ImageOrigin {
        try stream.open()
    }

    /// Whether parts can be had, as far as is known; never of what is compressed.
    var offersParts: Bool { compression == .none && stream.offersParts }

    /// Goes to a part of an image that is not compressed.
    func seek(to part: Range<UInt64>) throws {
        try stream.seek(to: part)
        if decoder == nil { decoder = try Decompressor(.none) }
        magic = []
        rest = []
        restStart = 0
        isAtEnd = false
    }

    /// Fills a buffer as far as the image reaches.
    ///
    /// - Returns: bytes written; fewer than fit only at the end.
    func fill(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let (start, others) = (ContinuousClock.now, waiting + checking)
        defer { decoding += start.duration(to: .now) - (waiting + checking - others) }
        var filled = try useRest(buffer)
        while filled < buffer.count, !isAtEnd {
            let asked = ContinuousClock.now
            let isMore = try stream.withNextChunk { chunk in
                let came = ContinuousClock.now
                servedBytes += UInt64(chunk.count)
                try onServed(chunk)
                waiting += asked.duration(to: came)
                checking += came.duration(to: .now)
                try take(chunk, buffer, &filled)
            }
            if !isMore {
                waiting += asked.duration(to: .now)
                try takeMagic(buffer, &filled)
                isAtEnd = true
            }
        }
        while isAtEnd, filled < buffer.count, rest.isEmpty {
            guard let decoder else { break }
            let count = try decoder.finish(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            filled += count
            if filled < buffer.count { break }
        }
        onDecoded?(UnsafeRawBufferPointer(rebasing: buffer[..<filled]))
        return filled
    }

    /// Reads so many bytes, or fewer where the image ends.
    func read(_ count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = try fill(UnsafeMutableRawBufferPointer(buffer))
        }
    }

    private func take(
        _ chunk: UnsafeRawBufferPointer, _ buffer: UnsafeMutableRawBufferPointer, _ filled: inout Int
    ) throws {
        if decoder == nil {
            magic.append(contentsOf: chunk)
            if magic.count >= Compression.magicLength { try takeMagic(buffer, &filled) }
            return
        }
        let used = try decode(chunk, buffer, &filled)
        if used < chunk.count { keep(chunk[used...]) }
    }

    /// Chooses the decoder and gives it what was held back for that.
    private func takeMagic(_ buffer: UnsafeMutableRawBufferPointer, _ filled: inout Int) throws {
        guard decoder == nil else { return }
        decoder = try Decompressor(Compression(head: magic), limits: limits)
        let first = magic
        magic = []
        let used = try first.withUnsafeBytes { try decode($0, buffer, &filled) }
        keep(first[used...])
    }

    private func keep(_ bytes: some Sequence<UInt8>) {
        rest = Array(bytes)
        restStart = 0
    }

    /// Decodes until the chunk is used up or the buffer is full.
    ///
    /// - Returns: bytes of the chunk used up.
    private func decode(
        _ chunk: UnsafeRawBufferPointer, _ buffer: UnsafeMutableRawBufferPointer, _ filled: inout Int
    ) throws -> Int {
        guard let decoder else { return 0 }
        var used = 0
        while used < chunk.count || mayHoldOutput, filled < buffer.count {
            let progress = try decoder.decode(
                UnsafeRawBufferPointer(rebasing: chunk[used...]),
                into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            used += progress.consumed
            filled += progress.produced
            mayHoldOutput = filled == buffer.count
        }
        return used
    }

    /// Goes on with what an earlier, full buffer left over.
    private func useRest(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var filled = 0
        let start = restStart
        restStart += try rest.withUnsafeBytes { bytes in
            try decode(UnsafeRawBufferPointer(rebasing: bytes[start...]), buffer, &filled)
        }
        if restStart == rest.count {
            rest = []
            restStart = 0
        }
        return filled
    }
}
