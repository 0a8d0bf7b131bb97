import CBzip2

/// One block of a bzip2 stream, which begins and ends at any bit.
struct Bzip2Block: Sendable {
    /// Bytes that a block is likely to make: at most 900,000, more where it has long runs of equal bytes.
    static let outputLength = 1 << 20

    let bytes: [UInt8]
    /// The block's bits, counted from the highest of the first byte.
    let range: Range<Int>
    /// The digit of its stream's header.
    let level: UInt8
    /// Where it ends, in bytes as served.
    let endOffset: UInt64

    /// Decodes it and verifies its CRC.
    func decode(to output: PartOutput) throws(MemberFault) {
        guard range.count >= 80 else { throw fault }
        let stream = UnsafeMutablePointer<bz_stream>.allocate(capacity: 1)
        stream.initialize(to: bz_stream())
        defer { stream.deallocate() }
        guard BZ2_bzDecompressInit(stream, 0, 0) == BZ_OK else { throw .outOfMemory }
        defer { BZ2_bzDecompressEnd(stream) }
        let input = UnsafeMutableBufferPointer<CChar>.allocate(capacity: bytes.count + 16)
        defer { input.deallocate() }
        stream.pointee.next_in = input.baseAddress
        stream.pointee.avail_in = UInt32(clamping: fill(input))
        var isDone = false
        while !isDone {
            let isWanted = try output.write(Self.outputLength) { (room) throws(MemberFault) in
                stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: CChar.self)
                stream.pointee.avail_out = UInt32(clamping: room.count)
                switch BZ2_bzDecompress(stream) {
                case BZ_OK where stream.pointee.avail_out == 0: break
                case BZ_STREAM_END where stream.pointee.avail_in == 0: isDone = true
                case BZ_MEM_ERROR: throw .outOfMemory
                default: throw fault
                }
                return room.count - Int(stream.pointee.avail_out)
            }
            guard isWanted else { return }
        }
    }

    private var fault: MemberFault { .corrupt("the data or its CRC is wrong", before: endOffset) }

    /// Makes a stream of this block alone: a header, the block, the magic bits of the end, and the CRC of all blocks, which
    /// is that of the one.
    ///
    /// - Returns: bytes.
    private func fill(_ stream: UnsafeMutableBufferPointer<CChar>) -> Int {
        var writer = BitWriter(UnsafeMutableRawBufferPointer(stream))
        for byte in [0x42, 0x5a, 0x68, level] { writer.append(UInt64(byte), 8) }
        bytes.withUnsafeBytes { bytes in
            let shift = range.lowerBound % 8
            var index = range.lowerBound / 8
            var left = range.count
            while left >= 8, index + 1 < bytes.count {
                let pair = UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1])
                writer.appendByte(UInt8(truncatingIfNeeded: pair >> (8 - UInt16(shift))))
                index += 1
                left -= 8
            }
            var position = index * 8 + shift
            while position < range.upperBound {
                writer.append(UInt64(bytes[position / 8] >> (7 - UInt8(position % 8)) & 1), 1)
                position += 1
            }
        }
        writer.append(Bzip2Scanner.endMagic, 48)
        writer.append(UInt64(bytes.bits(at: range.lowerBound + 48)), 32)
        return writer.length
    }
}

extension [UInt8] {
    /// Thirty-two bits from any bit on, counted from the highest of the first byte; zeros where there are none.
    func bits(at position: Int) -> UInt32 {
        (position..<position + 32).reduce(0) { value, bit in
            let byte = bit / 8 < count ? self[bit / 8] : 0
            return value << 1 | UInt32(byte >> (7 - UInt8(bit % 8)) & 1)
        }
    }
}

/// Writes bits, the highest first.
private struct BitWriter {
    private let bytes: UnsafeMutableRawBufferPointer
    private var bitCount = 0

    init(_ bytes: UnsafeMutableRawBufferPointer) {
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
        self.bytes = bytes
    }

    var length: Int { (bitCount + 7) / 8 }

    mutating func append(_ value: UInt64, _ count: Int) {
        for bit in (0..<count).reversed() where bitCount / 8 < bytes.count {
            bytes[bitCount / 8] |= UInt8(value >> UInt64(bit) & 1) << (7 - UInt8(bitCount % 8))
            bitCount += 1
        }
    }

    /// Appends eight bits where whole bytes were before.
    mutating func appendByte(_ byte: UInt8) {
        guard bitCount / 8 < bytes.count else { return }
        bytes[bitCount / 8] = byte
        bitCount += 8
    }
}
