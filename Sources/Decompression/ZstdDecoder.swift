import CZstd

/// Zstandard frames by libzstd.
final class ZstdDecoder: MemberDecoder {
    private let context: OpaquePointer
    private var header: [UInt8] = []
    private var headerIsKnown = false
    private(set) var declaredMemory: UInt64 = 0

    /// - Parameter ignoresChecksum: whether frames' own check sums are not computed.
    init(windowLimit: UInt64, ignoresChecksum: Bool = false) throws(MemberFault) {
        guard let context = ZSTD_createDCtx() else { throw .outOfMemory }
        self.context = context
        let largestLog = 63 - max(windowLimit, 1 << 10).leadingZeroBitCount
        ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Int32(min(largestLog, 31)))
        if ignoresChecksum { context.ignoreChecksum() }
    }

    deinit {
        ZSTD_freeDCtx(context)
    }

    func begin() throws(MemberFault) {
        ZSTD_DCtx_reset(context, ZSTD_reset_session_only)
        header = []
        headerIsKnown = false
    }

    func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
    ) throws(MemberFault) -> MemberProgress {
        if !headerIsKnown { readHeader(input) }
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        while true {
            let before = (source.pos, target.pos)
            let result = ZSTD_decompressStream(context, &target, &source)
            if ZSTD_isError(result) != 0 { throw zstdFault(result, window: declaredMemory) }
            if result == 0 { return MemberProgress(consumed: source.pos, produced: target.pos, ended: true) }
            let isStuck = before == (source.pos, target.pos)
            if isStuck || source.pos == source.size || target.pos == target.size {
                return MemberProgress(consumed: source.pos, produced: target.pos)
            }
        }
    }

    /// Learns the window from the frame's header, which is at most 18 bytes long.
    private func readHeader(_ input: UnsafeRawBufferPointer) {
        header.append(contentsOf: input.prefix(18 - header.count))
        var fields = ZSTD_frameHeader()
        let missing = header.withUnsafeBytes { ZSTD_getFrameHeader(&fields, $0.baseAddress, $0.count) }
        if ZSTD_isError(missing) == 0, missing > 0 { return }
        headerIsKnown = true
        if missing == 0, fields.frameType == ZSTD_frame {
            declaredMemory = max(declaredMemory, fields.windowSize)
        }
    }
}
