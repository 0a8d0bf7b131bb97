import CZlib

/// gzip members by zlib: for builds without ISA-L.
final class InflateDecoder: MemberDecoder {
    private let stream: UnsafeMutablePointer<z_stream>
    let declaredMemory: UInt64 = 32 << 10

    init() throws(MemberFault) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15: the largest window; 16 more: gzip's header and trailer, nothing else.
        let result = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard result == Z_OK else { throw .outOfMemory }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    func begin() throws(MemberFault) {
        inflateReset(stream)
    }

    func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
    ) throws(MemberFault) -> MemberProgress {
        let available = UInt32(clamping: input.count)
        let space = UInt32(clamping: output.count)
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = available
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = space
        let result = inflate(stream, Z_NO_FLUSH)
        switch result {
        case Z_OK, Z_BUF_ERROR, Z_STREAM_END:
            return MemberProgress(
                consumed: Int(available - stream.pointee.avail_in), produced: Int(space - stream.pointee.avail_out),
                ended: result == Z_STREAM_END)
        case Z_MEM_ERROR: throw .outOfMemory
        default: throw .corrupt(stream.pointee.msg.map { String(cString: $0) } ?? "zlib gave up with code \(result)")
        }
    }
}
