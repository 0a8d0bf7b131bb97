import CZstd

/// Finds the end of a zstd frame by the lengths that it holds, without decoding it (RFC 8878, 3.1.1).
struct ZstdFrameScanner {
    private enum Position {
        case header
        case blockHeader
        case inside(left: UInt64, then: Next)
        case end
    }

    private enum Next {
        case blockHeader, checksum, end
    }

    private static let largestBlock: UInt64 = 128 << 10

    private var position = Position.header
    /// Of a header that is not complete.
    private var bytes: [UInt8] = []
    private var hasChecksum = false
    /// Whether its header has been read.
    private(set) var isKnown = false
    /// Whether it is one to be passed over.
    private(set) var isSkippable = false
    /// Whether it is not as a frame is; the decoder says what is wrong.
    private(set) var isStrange = false
    private(set) var windowSize: UInt64 = 0
    /// Bytes of the content, if the header says so.
    private(set) var declaredContent: UInt64?
    /// Bytes that the blocks so far can decode to at most.
    private(set) var mostContent: UInt64 = 0

    var isComplete: Bool {
        if case .end = position { return true }
        return false
    }

    /// Scans up to the end of the frame, or of its header.
    ///
    /// - Returns: bytes that belong to it.
    mutating func scan(_ input: UnsafeRawBufferPointer) -> Int {
        var used = 0
        while used < input.count, !isStrange {
            switch position {
            case .header:
                bytes.append(input[used])
                used += 1
                readHeader()
                if isKnown { return used }
            case .blockHeader:
                bytes.append(input[used])
                used += 1
                readBlockHeader()
            case .inside(let left, let next):
                let count = min(left, UInt64(input.count - used))
                used += Int(count)
                position = left > count ? .inside(left: left - count, then: next) : after(next)
            case .end: return used
            }
        }
        return used
    }

    private mutating func readHeader() {
        var fields = ZSTD_frameHeader()
        let missing = bytes.withUnsafeBytes { ZSTD_getFrameHeader(&fields, $0.baseAddress, $0.count) }
        guard ZSTD_isError(missing) == 0 else {
            isStrange = true
            return
        }
        isSkippable = fields.frameType == ZSTD_skippableFrame
        // Of a frame to be passed over libzstd needs no more than the magic bytes and the length.
        guard missing == 0, bytes.count >= (isSkippable ? 8 : Int(fields.headerSize)) else { return }
        isKnown = true
        bytes = []
        if isSkippable {
            position = inside(fields.frameContentSize, then: .end)
        } else {
            windowSize = fields.windowSize
            hasChecksum = fields.checksumFlag != 0
            // What stands for no size is the largest number.
            declaredContent = fields.frameContentSize < UInt64.max - 1 ? fields.frameContentSize : nil
            position = .blockHeader
        }
    }

    private mutating func readBlockHeader() {
        guard bytes.count == 3 else { return }
        let header = UInt64(bytes[0]) | UInt64(bytes[1]) << 8 | UInt64(bytes[2]) << 16
        bytes = []
        let size = header >> 3
        let type = header >> 1 & 3
        guard type < 3, size <= Self.largestBlock else {
            isStrange = true
            return
        }
        // A raw block, one byte repeated, or a compressed block.
        mostContent += type == 2 ? Self.largestBlock : size
        position = inside(type == 1 ? 1 : size, then: header & 1 == 0 ? .blockHeader : hasChecksum ? .checksum : .end)
    }

    private func inside(_ length: UInt64, then next: Next) -> Position {
        length == 0 ? after(next) : .inside(left: length, then: next)
    }

    private func after(_ next: Next) -> Position {
        switch next {
        case .blockHeader: .blockHeader
        case .checksum: .inside(left: 4, then: .end)
        case .end: .end
        }
    }
}
