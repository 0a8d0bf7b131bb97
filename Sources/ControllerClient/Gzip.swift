import CZlib

/// The gzip format (RFC 1952), by zlib.
enum Gzip {
    /// Compresses bytes into one member without name and time; `nil` when there is no memory for it.
    static func compress(_ bytes: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        // 15 bits of window, plus 16 for a gzip header in place of zlib's own.
        let status = deflateInit2_(
            &stream, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { return nil }
        defer { deflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, uLong(bytes.count))))
        let written = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target -> Int in
                stream.next_in = source.baseAddress
                stream.avail_in = uInt(truncatingIfNeeded: source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = uInt(truncatingIfNeeded: target.count)
                // The bound is for a single call: it never runs out of room.
                guard deflate(&stream, Z_FINISH) == Z_STREAM_END else { return 0 }
                return Int(stream.total_out)
            }
        }
        return written > 0 ? Array(output.prefix(written)) : nil
    }
}
