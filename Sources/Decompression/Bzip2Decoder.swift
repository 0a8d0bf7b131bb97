import CBzip2

/// bzip2 streams by libbz2, one after the other in the caller's thread.
final class Bzip2Decoder: MemberDecoder {
    private let stream: UnsafeMutablePointer<bz_stream>
    /// What libbz2 takes for blocks of 900,000 bytes, four bytes for each of theirs.
    let declaredMemory: UInt64 = 3_700_000

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: bz_stream())
    }

    deinit {
        BZ2_bzDecompressEnd(stream)
        stream.deallocate()
    }

    func begin() throws(MemberFault) {
        BZ2_bzDecompressEnd(stream)
        stream.pointee = bz_stream()
        guard BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK else { throw .outOfMemory }
    }

    func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
    ) throws(MemberFault) -> MemberProgress {
        let available = UInt32(clamping: input.count)
        let space = UInt32(clamping: output.count)
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: CChar.self))
        stream.pointee.avail_in = available
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: CChar.self)
        stream.pointee.avail_out = space
        let result = BZ2_bzDecompress(stream)
        switch result {
        case BZ_OK, BZ_STREAM_END:
            return MemberProgress(
                consumed: Int(available - stream.pointee.avail_in), produced: Int(space - stream.pointee.avail_out),
                ended: result == BZ_STREAM_END)
        case BZ_MEM_ERROR: throw .outOfMemory
        case BZ_DATA_ERROR: throw .corrupt("the data or its CRC is wrong")
        case BZ_DATA_ERROR_MAGIC: throw .corrupt("neither a block nor the stream's end begins where one should")
        default: throw .corrupt("libbz2 gave up with code \(result)")
        }
    }
}
