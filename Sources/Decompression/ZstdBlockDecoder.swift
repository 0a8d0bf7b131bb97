import CZstd

/// zstd frames, each block of which is decoded to where its bytes stay, so that nothing is copied and the window takes no
/// memory of its own: "Buffer-less streaming decompression" in zstd.h.
///
/// The last block of an output may reach beyond its end; the next output begins with what lies there.
final class ZstdBlockDecoder {
    private let context: OpaquePointer
    /// The start of a piece whose rest has not come yet.
    private var piece: [UInt8] = []
    /// What lies behind the end of the last output.
    private var surplus = UnsafeRawBufferPointer(start: nil, count: 0)

    /// - Parameter ignoresChecksum: whether frames' own check sums are not computed.
    init(ignoresChecksum: Bool) throws(MemberFault) {
        guard let context = ZSTD_createDCtx() else { throw .outOfMemory }
        self.context = context
        if ignoresChecksum { context.ignoreChecksum() }
    }

    deinit {
        ZSTD_freeDCtx(context)
    }

    /// Prepares for the first byte of a frame.
    func begin() {
        ZSTD_decompressBegin(context)
        piece.removeAll(keepingCapacity: true)
    }

    /// Decodes until the input is used up, the output is full or the frame ends.
    ///
    /// - Parameter output: goes on where the last one ended, unless that is full; `Decompressor.slack` bytes behind it may
    ///   be written as well.
    func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(MemberFault) -> MemberProgress {
        var progress = MemberProgress(produced: drain(into: output))
        while true {
            let wanted = ZSTD_nextSrcSizeToDecompress(context)
            if wanted == 0 {
                progress.ended = true
                return progress
            }
            let isBlock = [ZSTDnit_block, ZSTDnit_lastBlock].contains(ZSTD_nextInputType(context))
            if isBlock, progress.produced == output.count { return progress }
            let rest = UnsafeRawBufferPointer(rebasing: input[progress.consumed...])
            let room = UnsafeMutableRawBufferPointer(rebasing: output[progress.produced...])
            if piece.isEmpty, rest.count >= wanted {
                progress.produced += try take(rest.prefix(wanted), isBlock, room)
                progress.consumed += wanted
                continue
            }
            let count = min(wanted - piece.count, rest.count)
            piece.append(contentsOf: rest.prefix(count))
            progress.consumed += count
            guard piece.count == wanted else { return progress }
            progress.produced += try piece.withUnsafeBytes { bytes in
                Result { () throws(MemberFault) in try take(bytes[...], isBlock, room) }
            }.get()
            piece.removeAll(keepingCapacity: true)
        }
    }

    /// Gives what lies behind the end of the last output.
    ///
    /// - Returns: bytes written.
    func drain(into output: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(surplus.count, output.count)
        guard count > 0 else { return 0 }
        output.copyMemory(from: UnsafeRawBufferPointer(rebasing: surplus[..<count]))
        surplus = UnsafeRawBufferPointer(rebasing: surplus[count...])
        return count
    }

    /// Takes one piece of the frame: a header, a block or a check sum.
    ///
    /// - Returns: bytes that belong to this output.
    private func take(
        _ piece: Slice<UnsafeRawBufferPointer>, _ isBlock: Bool, _ room: UnsafeMutableRawBufferPointer
    ) throws(MemberFault) -> Int {
        let piece = UnsafeRawBufferPointer(rebasing: piece)
        let capacity = isBlock ? room.count + Decompressor.slack : 0
        let count = ZSTD_decompressContinue(context, room.baseAddress, capacity, piece.baseAddress, piece.count)
        guard ZSTD_isError(count) == 0 else { throw zstdFault(count, window: 0) }
        if count > room.count, let base = room.baseAddress {
            surplus = UnsafeRawBufferPointer(start: base + room.count, count: count - room.count)
        }
        return min(count, room.count)
    }
}

extension OpaquePointer {
    /// Of a decompression context: frames' own check sums are not computed any more.
    func ignoreChecksum() {
        ZSTD_DCtx_setParameter(self, ZSTD_d_experimentalParam3, Int32(ZSTD_d_ignoreChecksum.rawValue))
    }
}

/// What an error of libzstd means.
///
/// - Parameter window: bytes of the frame's window.
func zstdFault(_ result: Int, window: UInt64) -> MemberFault {
    switch ZSTD_getErrorCode(result) {
    case ZSTD_error_frameParameter_windowTooLarge: .windowTooLarge(needed: window)
    case ZSTD_error_memory_allocation: .outOfMemory
    default: .corrupt(String(cString: ZSTD_getErrorName(result)))
    }
}
