import CLZ4

/// lz4 frames by liblz4, whose check sums it verifies; skippable frames are passed over.
final class LZ4Decoder: MemberDecoder {
    private let context: OpaquePointer
    private var headerIsKnown = false
    private(set) var declaredMemory: UInt64 = 0

    init() throws(MemberFault) {
        var created: OpaquePointer?
        guard LZ4F_isError(LZ4F_createDecompressionContext(&created, UInt32(LZ4F_VERSION))) == 0, let created else {
            throw .outOfMemory
        }
        context = created
    }

    deinit {
        LZ4F_freeDecompressionContext(context)
    }

    func begin() throws(MemberFault) {
        LZ4F_resetDecompressionContext(context)
        headerIsKnown = false
    }

    func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
    ) throws(MemberFault) -> MemberProgress {
        var progress = MemberProgress()
        while true {
            // Byte by byte through the header, so that no frame passes by unread.
            let rest = input[progress.consumed...]
            let source = UnsafeRawBufferPointer(rebasing: headerIsKnown ? rest : rest.prefix(1))
            let target = UnsafeMutableRawBufferPointer(rebasing: output[progress.produced...])
            var consumed = source.count
            var produced = target.count
            let result = LZ4F_decompress(context, target.baseAddress, &produced, source.baseAddress, &consumed, nil)
            if LZ4F_isError(result) != 0 { throw fault(result) }
            progress.consumed += consumed
            progress.produced += produced
            try readHeader()
            progress.ended = result == 0
            let isStuck = consumed == 0 && produced == 0
            let isFull = headerIsKnown && progress.produced == output.count
            if progress.ended || isStuck || isFull || progress.consumed == input.count { return progress }
        }
    }

    /// Learns what the frame declares, once liblz4 has passed the header: the size of its blocks.
    private func readHeader() throws(MemberFault) {
        guard !headerIsKnown else { return }
        var info = LZ4F_frameInfo_t()
        var nothing = 0
        guard LZ4F_isError(LZ4F_getFrameInfo(context, &info, nil, &nothing)) == 0 else { return }
        headerIsKnown = true
        guard info.frameType == LZ4F_frame else { return }
        guard info.dictID == 0 else { throw .corrupt("it was compressed with a dictionary, which is not at hand") }
        // One block as it comes in, one as it goes out, and the 64 KiB before it that it may refer to.
        let blockSize: UInt64 =
            switch info.blockSizeID {
            case LZ4F_max64KB: 64 << 10
            case LZ4F_max256KB: 256 << 10
            case LZ4F_max1MB: 1 << 20
            default: 4 << 20
            }
        declaredMemory = max(declaredMemory, 2 * blockSize + (64 << 10))
    }

    private func fault(_ result: Int) -> MemberFault {
        let name = String(cString: LZ4F_getErrorName(result))
        return name == "ERROR_allocation_failed" ? .outOfMemory : .corrupt(Self.reasons[name] ?? name)
    }

    /// What liblz4's names for the usual kinds of damage mean.
    private static let reasons = [
        "ERROR_headerChecksum_invalid": "the check sum of its header is wrong",
        "ERROR_blockChecksum_invalid": "the check sum of a block is wrong",
        "ERROR_contentChecksum_invalid": "the check sum of the content is wrong",
        "ERROR_frameSize_wrong": "its length is not the one that it declares",
        "ERROR_decompressionFailed": "a block cannot be decoded",
    ]
}
