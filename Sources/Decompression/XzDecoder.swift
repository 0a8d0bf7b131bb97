import CLZMA

/// .xz streams by liblzma, whose blocks are decoded in parallel as far as the memory given for that reaches.
final class XzDecoder: MemberDecoder {
    private let stream: UnsafeMutablePointer<lzma_stream>
    private let threads: Int
    private let threadingMemory: UInt64
    private let memoryLimit: UInt64
    private(set) var declaredMemory: UInt64 = 0

    /// - Parameters:
    ///   - threads: threads to decode with; one decodes in the caller's.
    ///   - threadingMemory: bytes that parallel decoding may take; a file that needs more is decoded by one thread.
    ///   - memoryLimit: bytes that decoding by one thread may take.
    init(threads: Int, threadingMemory: UInt64, memoryLimit: UInt64) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: lzma_stream())
        self.threads = threads
        self.threadingMemory = threadingMemory
        self.memoryLimit = memoryLimit
    }

    deinit {
        lzma_end(stream)
        stream.deallocate()
    }

    func begin() throws(MemberFault) {
        let result: lzma_ret
        if threads > 1 {
            var options = lzma_mt()
            options.threads = UInt32(clamping: threads)
            options.memlimit_threading = threadingMemory
            options.memlimit_stop = memoryLimit
            result = lzma_stream_decoder_mt(stream, &options)
        } else {
            result = lzma_stream_decoder(stream, memoryLimit, 0)
        }
        guard result == LZMA_OK else { throw fault(result) }
    }

    func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
    ) throws(MemberFault) -> MemberProgress {
        stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_in = input.count
        stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = output.count
        while true {
            let before = (stream.pointee.avail_in, stream.pointee.avail_out)
            let result = lzma_code(stream, isLast ? LZMA_FINISH : LZMA_RUN)
            let progress = MemberProgress(
                consumed: input.count - stream.pointee.avail_in, produced: output.count - stream.pointee.avail_out,
                ended: result == LZMA_STREAM_END)
            declaredMemory = max(declaredMemory, lzma_memusage(stream))
            if progress.ended || result == LZMA_BUF_ERROR { return progress }
            guard result == LZMA_OK else { throw fault(result) }
            let isStuck = before == (stream.pointee.avail_in, stream.pointee.avail_out)
            if isStuck || stream.pointee.avail_out == 0 || (stream.pointee.avail_in == 0 && !isLast) { return progress }
        }
    }

    private func fault(_ result: lzma_ret) -> MemberFault {
        switch result {
        case LZMA_MEMLIMIT_ERROR:
            // liblzma does not always say how much it would have been.
            .windowTooLarge(needed: lzma_memusage(stream) > memoryLimit ? lzma_memusage(stream) : 0)
        case LZMA_MEM_ERROR: .outOfMemory
        case LZMA_FORMAT_ERROR: .corrupt("the stream's header is not that of an .xz file")
        case LZMA_OPTIONS_ERROR: .corrupt("it uses options that this decoder does not know")
        case LZMA_DATA_ERROR: .corrupt("the data or its check sum is wrong")
        default: .corrupt("liblzma gave up with code \(result.rawValue)")
        }
    }
}
