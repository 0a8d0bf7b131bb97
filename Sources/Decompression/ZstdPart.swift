import CZstd

/// One zstd frame.
struct ZstdPart: Sendable {
    let bytes: [UInt8]
    /// Bytes of its content, or a number that it cannot exceed.
    let mostContent: Int
    /// Where it ends, in bytes as served.
    let endOffset: UInt64
}

/// Decodes frames that are there as a whole. For one thread.
final class ZstdPartDecoder {
    private let context: OpaquePointer

    init(ignoresChecksum: Bool) throws(MemberFault) {
        guard let context = ZSTD_createDCtx() else { throw .outOfMemory }
        self.context = context
        if ignoresChecksum { context.ignoreChecksum() }
    }

    deinit {
        ZSTD_freeDCtx(context)
    }

    func decode(_ part: ZstdPart, to output: PartOutput) throws(MemberFault) {
        _ = try output.write(part.mostContent) { (room) throws(MemberFault) in
            let count = part.bytes.withUnsafeBytes { frame in
                ZSTD_decompressDCtx(context, room.baseAddress, room.count, frame.baseAddress, frame.count)
            }
            guard ZSTD_isError(count) == 0 else {
                throw ZSTD_getErrorCode(count) == ZSTD_error_memory_allocation
                    ? .outOfMemory : .corrupt(String(cString: ZSTD_getErrorName(count)), before: part.endOffset)
            }
            return count
        }
    }
}
