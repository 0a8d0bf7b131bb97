import CZlib
import CZstd

#if ISAL
    import CISAL
#endif

/// Decodes what was compressed one piece at a time, each without a header and of a length that the reader knows: the
/// clusters of a qcow2 image. Not for use by several threads at once.
public final class ClusterDecoder {
    /// The formats of such pieces.
    public enum Format: Sendable {
        /// Raw deflate (RFC 1951).
        case deflate
        /// One Zstandard frame.
        case zstd
    }

    private let deflate: DeflatePiece?
    private let context: OpaquePointer?

    /// A decoder for a format.
    ///
    /// - Throws: `ClusterFault` when there is not enough memory.
    public init(_ format: Format) throws(ClusterFault) {
        switch format {
        case .deflate:
            deflate = try DeflatePiece()
            context = nil
        case .zstd:
            deflate = nil
            context = ZSTD_createDCtx()
            guard context != nil else { throw ClusterFault(reason: "there is not enough memory") }
        }
    }

    deinit {
        ZSTD_freeDCtx(context)
    }

    /// Decodes one piece.
    ///
    /// - Parameters:
    ///   - input: the piece; what follows it is ignored.
    ///   - output: is filled.
    /// - Throws: `ClusterFault` when the piece is damaged, or does not fill the output.
    public func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(ClusterFault) {
        if let deflate { return try deflate.decode(input, into: output) }
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        ZSTD_DCtx_reset(context, ZSTD_reset_session_only)
        while target.pos < target.size {
            let before = (source.pos, target.pos)
            let result = ZSTD_decompressStream(context, &target, &source)
            if ZSTD_isError(result) != 0 { throw ClusterFault(reason: String(cString: ZSTD_getErrorName(result))) }
            if before == (source.pos, target.pos) { throw .tooShort }
        }
    }
}

/// Why a piece cannot be decoded, in some words.
public struct ClusterFault: Error, Equatable, CustomStringConvertible {
    /// Why.
    public let reason: String
    /// Why.
    public var description: String { reason }

    static let tooShort = ClusterFault(reason: "it ends too soon")
}

#if ISAL
    /// Raw deflate by ISA-L.
    private final class DeflatePiece {
        private let state: UnsafeMutablePointer<inflate_state>

        init() throws(ClusterFault) {
            state = .allocate(capacity: 1)
            isal_inflate_init(state)
        }

        deinit {
            state.deallocate()
        }

        func decode(
            _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
        ) throws(ClusterFault) {
            isal_inflate_reset(state)
            state.pointee.crc_flag = UInt32(ISAL_DEFLATE)
            state.pointee.next_in = UnsafeMutablePointer(
                mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
            state.pointee.avail_in = UInt32(clamping: input.count)
            state.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
            state.pointee.avail_out = UInt32(clamping: output.count)
            let result = isal_inflate_stateless(state)
            switch result {
            case ISAL_DECOMP_OK, ISAL_END_INPUT, ISAL_OUT_OVERFLOW:
                guard state.pointee.avail_out == 0 else { throw .tooShort }
            default: throw ClusterFault(reason: "ISA-L gave up with code \(result)")
            }
        }
    }
#else
    /// Raw deflate by zlib.
    private final class DeflatePiece {
        private let stream: UnsafeMutablePointer<z_stream>

        init() throws(ClusterFault) {
            stream = .allocate(capacity: 1)
            stream.initialize(to: z_stream())
            // Negative: no header. The largest window reads what was written with any smaller one.
            let result = inflateInit2_(stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
            guard result == Z_OK else { throw ClusterFault(reason: "there is not enough memory") }
        }

        deinit {
            inflateEnd(stream)
            stream.deallocate()
        }

        func decode(
            _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
        ) throws(ClusterFault) {
            inflateReset(stream)
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
            stream.pointee.avail_in = UInt32(clamping: input.count)
            stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(clamping: output.count)
            switch inflate(stream, Z_FINISH) {
            case Z_OK, Z_BUF_ERROR, Z_STREAM_END:
                guard stream.pointee.avail_out == 0 else { throw .tooShort }
            default:
                throw ClusterFault(reason: stream.pointee.msg.map { String(cString: $0) } ?? "zlib gave up")
            }
        }
    }
#endif
