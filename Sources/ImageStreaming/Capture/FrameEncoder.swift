import CZstd

/// Compresses pieces of an image, each to a zstd frame of its own (RFC 8878 3.1.1) that says how many bytes it holds: frames
/// can be made, and later decoded, by several threads. For one thread.
final class FrameEncoder {
    private let context: OpaquePointer

    /// - Parameter level: 1 (fast) to 19 (small).
    init(level: Int32) throws(CaptureError) {
        guard let context = ZSTD_createCCtx() else { throw .notEncoded("there is not enough memory") }
        self.context = context
        try Self.check(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level))
        try Self.check(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1))
    }

    deinit {
        ZSTD_freeCCtx(context)
    }

    /// Bytes that the frame of so many bytes takes at most.
    static func bound(_ count: Int) -> Int { ZSTD_compressBound(count) }

    /// Makes a frame.
    ///
    /// - Parameter frame: room for `bound` bytes.
    /// - Returns: bytes of the frame.
    func encode(
        _ bytes: UnsafeRawBufferPointer, to frame: UnsafeMutableRawBufferPointer
    ) throws(CaptureError) -> Int {
        try Self.check(ZSTD_compress2(context, frame.baseAddress, frame.count, bytes.baseAddress, bytes.count))
    }

    /// A frame by itself, of bytes that become few.
    func frame(of bytes: UnsafeRawBufferPointer) throws(CaptureError) -> [UInt8] {
        var frame = [UInt8](repeating: 0, count: Self.bound(bytes.count))
        let outcome = frame.withUnsafeMutableBytes { room in
            Result { () throws(CaptureError) -> Int in try encode(bytes, to: room) }
        }
        return Array(frame.prefix(try outcome.get()))
    }

    @discardableResult
    private static func check(_ result: Int) throws(CaptureError) -> Int {
        if ZSTD_isError(result) != 0 { throw .notEncoded(String(cString: ZSTD_getErrorName(result))) }
        return result
    }
}
