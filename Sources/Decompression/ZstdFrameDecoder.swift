import CZstd

/// zstd frames, of which those that are short are decoded on several threads.
///
/// A frame counts as short when it says so; or when it does not say and the one before was. Every other one is decoded as
/// it comes, in the caller's thread, once all before it have come out; in place, if its window is small enough for that.
final class ZstdFrameDecoder: MemberDecoder {
    private enum Mode {
        /// Up to the end of the header.
        case undecided
        /// To be decoded when it is complete.
        case collecting
        /// Decoded as it comes.
        case streaming
        /// To be passed over.
        case skipping
    }

    private static let longestFrame: UInt64 = 32 << 20

    private let frames: PartDecoding<ZstdPart>
    private let stream: ZstdDecoder
    private let blocks: ZstdBlockDecoder
    /// The largest window of a frame that is decoded in place: of the output before this one a block may be missing.
    private let windowInPlace: UInt64
    private let windowLimit: UInt64
    private let isThreaded: Bool
    /// Bytes that one frame and its content may take.
    private let limit: UInt64
    private(set) var declaredMemory: UInt64 = 0

    private var mode = Mode.undecided
    private var scanner = ZstdFrameScanner()
    /// What was read of the frame before it was decided how to decode it.
    private var bytes: [UInt8] = []
    private var isStreamBegun = false
    private var isInPlace = false
    private var streamedBytes = 0
    private var streamedContent: UInt64 = 0
    private var wasShort = false
    private var offset: UInt64 = 0

    init(_ limits: Decompressor.Limits) throws(MemberFault) {
        windowLimit = limits.window
        limit = min(limits.threadingMemory / 2, Self.longestFrame)
        isThreaded = limits.threads > 1
        windowInPlace = UInt64(max(limits.keptOutput - Decompressor.slack, 0))
        let ignoresChecksum = limits.isProvenOtherwise
        stream = try ZstdDecoder(windowLimit: limits.window, ignoresChecksum: ignoresChecksum)
        blocks = try ZstdBlockDecoder(ignoresChecksum: ignoresChecksum)
        frames = PartDecoding(threads: limits.threads, memory: limits.threadingMemory) { () throws(MemberFault) in
            let decoder = try ZstdPartDecoder(ignoresChecksum: ignoresChecksum)
            return { (part, output) throws(MemberFault) in try decoder.decode(part, to: output) }
        }
    }

    func begin() throws(MemberFault) {
        mode = .undecided
        scanner = ZstdFrameScanner()
        bytes.removeAll(keepingCapacity: true)
        isStreamBegun = false
        streamedBytes = 0
        streamedContent = 0
    }

    func decode(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
    ) throws(MemberFault) -> MemberProgress {
        // As long as the frame before has something left, the output is full.
        var progress = MemberProgress(produced: blocks.drain(into: output))
        progress.produced += try frames.take(
            into: UnsafeMutableRawBufferPointer(rebasing: output[progress.produced...]), isWaiting: false)
        while mode != .streaming {
            if scanner.isComplete {
                progress.ended = try finishFrame(output, &progress.produced)
                return progress
            }
            guard progress.consumed < input.count else {
                // Cut off: what came before is still to come out.
                if isLast { try frames.takeAll(into: output, &progress.produced) }
                return progress
            }
            progress.consumed += read(UnsafeRawBufferPointer(rebasing: input[progress.consumed...]))
        }
        try decodeStream(input, into: output, isLast: isLast, &progress)
        return progress
    }

    func drain(into output: UnsafeMutableRawBufferPointer) throws(MemberFault) -> Int {
        let left = blocks.drain(into: output)
        return left > 0 ? left : try frames.take(into: output, isWaiting: true)
    }

    private func read(_ input: UnsafeRawBufferPointer) -> Int {
        let used = scanner.scan(input)
        offset += UInt64(used)
        if mode != .skipping { bytes.append(contentsOf: input[..<used]) }
        if mode == .undecided, scanner.isKnown {
            declaredMemory = max(declaredMemory, scanner.windowSize)
            let isShort = isThreaded && scanner.declaredContent.map { $0 <= limit } ?? wasShort
            mode = scanner.isSkippable ? .skipping : isShort ? .collecting : .streaming
            if scanner.windowSize > windowLimit { mode = .streaming }
        }
        if scanner.isStrange || (mode == .collecting && content + UInt64(bytes.count) > 2 * limit) { mode = .streaming }
        return used
    }

    /// Bytes that the frame makes, at most, as far as known.
    private var content: UInt64 { scanner.declaredContent ?? scanner.mostContent }

    /// - Returns: `false` when the output is full, and the frame must wait.
    private func finishFrame(
        _ output: UnsafeMutableRawBufferPointer, _ produced: inout Int
    ) throws(MemberFault) -> Bool {
        guard mode == .collecting else { return true }
        let part = ZstdPart(bytes: bytes, mostContent: Int(content), endOffset: offset)
        wasShort = true
        return try frames.add(
            part, memory: bytes.count, outputMemory: part.mostContent, output, &produced)
    }

    private func decodeStream(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool,
        _ progress: inout MemberProgress
    ) throws(MemberFault) {
        try frames.takeAll(into: output, &progress.produced)
        guard frames.isIdle else { return }
        if !isStreamBegun { try beginStream() }
        if streamedBytes < bytes.count {
            let step = bytes.withUnsafeBytes { held in
                Result { () throws(MemberFault) -> MemberProgress in
                    try decodeStreamed(
                        UnsafeRawBufferPointer(rebasing: held[streamedBytes...]),
                        into: UnsafeMutableRawBufferPointer(rebasing: output[progress.produced...]), isLast: false)
                }
            }
            let held = try step.get()
            streamedBytes += held.consumed
            note(held, &progress)
            guard streamedBytes == bytes.count, !held.ended else { return }
        }
        let step = try decodeStreamed(
            UnsafeRawBufferPointer(rebasing: input[progress.consumed...]),
            into: UnsafeMutableRawBufferPointer(rebasing: output[progress.produced...]), isLast: isLast)
        progress.consumed += step.consumed
        offset += UInt64(step.consumed)
        note(step, &progress)
    }

    private func beginStream() throws(MemberFault) {
        isStreamBegun = true
        isInPlace = scanner.isKnown && scanner.windowSize <= windowInPlace
        if isInPlace { blocks.begin() } else { try stream.begin() }
    }

    private func decodeStreamed(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, isLast: Bool
    ) throws(MemberFault) -> MemberProgress {
        if isInPlace { return try blocks.decode(input, into: output) }
        return try stream.decode(input, into: output, isLast: isLast)
    }

    private func note(_ step: MemberProgress, _ progress: inout MemberProgress) {
        progress.produced += step.produced
        progress.ended = step.ended
        streamedContent += UInt64(step.produced)
        if step.ended { wasShort = streamedContent <= limit }
    }
}
