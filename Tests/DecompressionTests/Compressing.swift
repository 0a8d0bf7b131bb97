import CBzip2
import CLZ4
import CLZMA
import CZlib
import CZstd
import Decompression

/// Makes one member, stream or frame; the counterpart of what is tested.
func compressed(_ bytes: [UInt8], _ format: Compression) throws -> [UInt8] {
    switch format {
    case .none: return bytes
    case .gzip: return try gzip(bytes)
    case .xz: return try xz(bytes)
    case .zstd: return try zstd(bytes)
    case .lz4: return try lz4(bytes)
    case .bzip2: return try bzip2(bytes)
    }
}

struct CompressingFailed: Error {}

func zstd(_ bytes: [UInt8], windowLog: Int32? = nil) throws -> [UInt8] {
    guard let context = ZSTD_createCCtx() else { throw CompressingFailed() }
    defer { ZSTD_freeCCtx(context) }
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    if let windowLog {
        // Without the content's size the frame has to declare its window.
        ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0)
        ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, windowLog)
    }
    var output = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
    var source = ZSTD_inBuffer(src: nil, size: bytes.count, pos: 0)
    let count = bytes.withUnsafeBytes { input in
        output.withUnsafeMutableBytes { buffer in
            source.src = input.baseAddress
            var target = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
            while true {
                // In two steps, so that libzstd cannot know the size beforehand.
                guard ZSTD_isError(ZSTD_compressStream2(context, &target, &source, ZSTD_e_continue)) == 0 else {
                    return -1
                }
                if source.pos == source.size { break }
            }
            return ZSTD_compressStream2(context, &target, &source, ZSTD_e_end) == 0 ? target.pos : -1
        }
    }
    guard count >= 0 else { throw CompressingFailed() }
    return Array(output[..<count])
}

func xz(_ bytes: [UInt8]) throws -> [UInt8] {
    var output = [UInt8](repeating: 0, count: lzma_stream_buffer_bound(bytes.count))
    var count = 0
    let result = lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, nil, bytes, bytes.count, &output, &count, output.count)
    guard result == LZMA_OK else { throw CompressingFailed() }
    return Array(output[..<count])
}

func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    var stream = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    guard deflateInit2_(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK else {
        throw CompressingFailed()
    }
    defer { deflateEnd(&stream) }
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 64)
    var input = bytes
    let result = input.withUnsafeMutableBufferPointer { source in
        output.withUnsafeMutableBufferPointer { target in
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count)
            stream.next_out = target.baseAddress
            stream.avail_out = UInt32(target.count)
            return deflate(&stream, Z_FINISH)
        }
    }
    guard result == Z_STREAM_END else { throw CompressingFailed() }
    return Array(output[..<Int(stream.total_out)])
}

func lz4(_ bytes: [UInt8]) throws -> [UInt8] {
    var preferences = LZ4F_preferences_t()
    preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled
    var output = [UInt8](repeating: 0, count: LZ4F_compressFrameBound(bytes.count, &preferences))
    let count = LZ4F_compressFrame(&output, output.count, bytes, bytes.count, &preferences)
    guard LZ4F_isError(count) == 0 else { throw CompressingFailed() }
    return Array(output[..<count])
}

func bzip2(_ bytes: [UInt8], level: Int32 = 9) throws -> [UInt8] {
    var output = [UInt8](repeating: 0, count: bytes.count + bytes.count / 50 + 700)
    var count = UInt32(output.count)
    var input = bytes
    let result = input.withUnsafeMutableBytes { source in
        output.withUnsafeMutableBytes { target in
            BZ2_bzBuffToBuffCompress(
                target.baseAddress?.assumingMemoryBound(to: CChar.self), &count,
                source.baseAddress?.assumingMemoryBound(to: CChar.self), UInt32(source.count), level, 0, 0)
        }
    }
    guard result == BZ_OK else { throw CompressingFailed() }
    return Array(output[..<Int(count)])
}

/// Decodes input that comes in pieces, through an output of some size.
func decompressed(
    _ input: [UInt8], _ format: Compression, pieces: Int = 4096, output size: Int = 8192,
    limits: Decompressor.Limits = .init()
) throws -> [UInt8] {
    let decompressor = try Decompressor(format, limits: limits)
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: size)
    func take(_ bytes: ArraySlice<UInt8>) throws {
        var rest = bytes
        while true {
            let progress = try rest.withUnsafeBytes { source in
                try buffer.withUnsafeMutableBytes { try decompressor.decode(source, into: $0) }
            }
            rest = rest.dropFirst(progress.consumed)
            result += buffer[..<progress.produced]
            if rest.isEmpty, progress.produced < size { return }
        }
    }
    for start in stride(from: 0, to: input.count, by: pieces) {
        try take(input[start..<min(start + pieces, input.count)])
    }
    while true {
        let count = try buffer.withUnsafeMutableBytes { try decompressor.finish(into: $0) }
        result += buffer[..<count]
        if count < size { return result }
    }
}

/// Bytes with zeros, repetitions and noise in them, the same every time.
func sample(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed
    var bytes: [UInt8] = []
    while bytes.count < count {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let length = Int(state >> 40) % 300 + 1
        switch state >> 60 {
        case 0...4: bytes += [UInt8](repeating: 0, count: length)
        case 5...9: bytes += Array("the same words over and over again".utf8)
        default: bytes.append(UInt8(truncatingIfNeeded: state >> 33))
        }
    }
    return Array(bytes[..<count])
}

let packedFormats: [Compression] = [.gzip, .xz, .zstd, .lz4, .bzip2]
