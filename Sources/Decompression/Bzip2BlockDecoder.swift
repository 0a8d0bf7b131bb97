import CBzip2

/// bzip2 streams, whose blocks are found by their magic bits and decoded on several threads.
///
/// libbz2 decodes each block as a stream of its own, and thereby verifies its CRC. The CRC of a whole stream is made from
/// those in the headers of its blocks, and compared with the one at its end.
final class Bzip2BlockDecoder: MemberDecoder {
    /// Longer than any block: 900,000 symbols of at most 20 bits, and tables.
    private static let longestBlock = 2_400_000
    /// What libbz2 takes to decode a block.
    private static let memoryOfDecoder = 3_700_000

    private let blocks: PartDecoding<Bzip2Block>
    let declaredMemory = UInt64(memoryOfDecoder)

    private var scanner = Bzip2Scanner()
    private var level: UInt8 = 0
    /// Bytes of the stream's header that have come.
    private var headerLength = 0
    /// From the byte in which the block begins.
    private var bytes: [UInt8] = []
    /// Where in `bytes` the block begins; `nil` before the first.
    private var start: Int?
    /// Where in `bytes` the stream may end.
    private var possibleEnd: Int?
    private var hasOtherEnd = false
    private var combinedCRC: UInt32 = 0
    /// A block for which there was no room yet.
    private var next: Bzip2Block?
    private var isComplete = false
    private var offset: UInt64 = 0

    init(_ limits: Decompressor.Limits) {
        blocks = PartDecoding(threads: limits.threads, memory: limits.threadingMemory) {
            { (block, output) throws(MemberFault) in try block.decode(to: output) }
        }
    }

    func begin() {
        scanner = Bzip2Scanner()
        headerLength = 0
        bytes = []
        start = nil
        possibleEnd = nil
        hasOtherEnd = false
        combinedCRC = 0
        isComplete = false
    }

    func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
    ) throws(MemberFault) -> MemberProgress {
        var progress = MemberProgress()
        progress.produced = try blocks.take(into: output, isWaiting: false)
        while try addNext(output, &progress.produced) {
            progress.ended = isComplete
            if progress.ended { return progress }
            guard progress.consumed < input.count else {
                // Cut off: what came before is still to come out.
                if isLast { try blocks.takeAll(into: output, &progress.produced) }
                if isLast, hasOtherEnd, blocks.isIdle { throw .corrupt(Self.wrongCRC) }
                return progress
            }
            let used = try read(UnsafeRawBufferPointer(rebasing: input[progress.consumed...]))
            progress.consumed += used
        }
        return progress
    }

    func drain(into output: UnsafeMutableRawBufferPointer) throws(MemberFault) -> Int {
        try blocks.take(into: output, isWaiting: true)
    }

    /// - Returns: `false` when the output is full, and the block must wait.
    private func addNext(_ output: UnsafeMutableRawBufferPointer, _ produced: inout Int) throws(MemberFault) -> Bool {
        guard let block = next else { return true }
        let isAdded = try blocks.add(
            block, memory: block.bytes.count + Self.memoryOfDecoder, outputMemory: Bzip2Block.outputLength, output,
            &produced)
        if isAdded { next = nil }
        return isAdded
    }

    /// Reads on, at most until a block or the stream is complete.
    ///
    /// - Returns: bytes used up.
    private func read(_ input: UnsafeRawBufferPointer) throws(MemberFault) -> Int {
        guard headerLength == 4 else {
            // "BZh" and a digit, which were recognised before.
            level = input[0]
            headerLength += 1
            offset += 1
            return 1
        }
        // The magic bits of an end are followed by the CRC, and that by zeros up to the next byte.
        let piece = possibleEnd.map { input.prefix(($0 + 80 + 7) / 8 - bytes.count) } ?? input[...]
        let (used, mark) = scanner.scan(UnsafeRawBufferPointer(rebasing: piece))
        bytes.append(contentsOf: piece.prefix(used))
        offset += UInt64(used)
        if let mark { try take(mark) }
        if let possibleEnd, bytes.count >= (possibleEnd + 80 + 7) / 8 { checkEnd(possibleEnd) }
        guard bytes.count <= Self.longestBlock else {
            throw .corrupt(hasOtherEnd ? Self.wrongCRC : "a block does not end where one must")
        }
        return used
    }

    private func take(_ mark: Bzip2Scanner.Mark) throws(MemberFault) {
        let position = bytes.count * 8 - mark.bitsBehind - 48
        guard start != nil || position == 0 else {
            throw .corrupt("neither a block nor the stream's end begins where one should")
        }
        if mark.isEnd {
            possibleEnd = position
            return
        }
        finishBlock(at: position)
        bytes.removeFirst(position / 8)
        start = position % 8
        possibleEnd = nil
    }

    /// The stream ends here if the CRC is right; else these bits only look like an end.
    private func checkEnd(_ position: Int) {
        possibleEnd = nil
        guard bytes.bits(at: position + 48) == combined(with: position) else {
            hasOtherEnd = true
            return
        }
        finishBlock(at: position)
        isComplete = true
    }

    private func finishBlock(at end: Int) {
        combinedCRC = combined(with: end)
        guard let start else { return }
        let length = (end + 7) / 8
        let behind = bytes.count - length
        next = Bzip2Block(
            bytes: Array(bytes[..<length]), range: start..<end, level: level, endOffset: offset - UInt64(behind))
    }

    /// The CRC of all blocks up to the one that ends here.
    private func combined(with end: Int) -> UInt32 {
        guard let start, end - start >= 80 else { return combinedCRC }
        return (combinedCRC << 1 | combinedCRC >> 31) ^ bytes.bits(at: start + 48)
    }

    private static let wrongCRC = "the CRC of the stream is wrong"
}
