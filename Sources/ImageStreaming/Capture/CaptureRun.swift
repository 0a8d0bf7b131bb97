import Glibc
import ImageSources
import LinuxSystem

/// One try to capture a disk. Its threads share nothing but the lane, and the first failure, which ends them all.
final class CaptureRun: Sendable {
    private struct State {
        var failure: (any Error)?
        var runningThreads = 0
        var digest: String?
    }

    /// A disk asks for a sector several times, and each time may take half a minute.
    private static let readTimeout = Duration.seconds(300)

    private let reader: CaptureReader
    private let target: WriteTarget
    private let sink: any ImageSink
    private let name: String
    private let options: ImageCapture.Options
    private let progress: @Sendable (CaptureProgress) -> Void
    private let lane: CaptureLane
    private let pieceCount: Int
    private let state = Monitor(State())
    /// Only ever zeros.
    private let zeros = PageBuffer(length: CapturedPiece.length)
    /// The frames of pieces that are all zeros, by their length.
    private let zeroFrames: [Int: [UInt8]]

    init(
        _ target: WriteTarget, extents: CaptureExtents, to destination: any ImageDestination,
        options: ImageCapture.Options, progress: @escaping @Sendable (CaptureProgress) -> Void
    ) throws(CaptureError) {
        self.target = target
        self.options = options
        self.progress = progress
        reader = CaptureReader(target, extents: extents)
        sink = destination.makeSink()
        name = destination.name
        let length = UInt64(CapturedPiece.length)
        pieceCount = Int(clamping: extents.size / length + (extents.size % length == 0 ? 0 : 1))
        lane = CaptureLane(count: pieceCount, slots: max(options.workers, 1) + 2, consumers: 2)
        zeros.bytes.initializeMemory(as: UInt8.self, repeating: 0)
        let encoder = try FrameEncoder(level: options.level)
        var frames: [Int: [UInt8]] = [:]
        for count in [CapturedPiece.length, Int(extents.size % length)] {
            frames[count] = try encoder.frame(of: UnsafeRawBufferPointer(rebasing: zeros.bytes[..<count]))
        }
        zeroFrames = frames
    }

    /// Ends everything with this error, unless there is an earlier one. From any thread.
    func fail(_ error: any Error) {
        state.update { state in
            if state.failure == nil { state.failure = error }
        }
        sink.cancel()
        lane.abort()
    }

    /// Captures the disk; blocks until it is done and all threads have ended, but for one that is stuck in the kernel.
    func perform() throws -> CaptureSummary {
        let hadDirect = target.setDirect(true)
        defer {
            sink.close()
            if hadDirect == false { _ = target.setDirect(false) }
        }
        do {
            return try capture()
        } catch {
            fail(error)
            waitForThreads()
            throw state.update { $0.failure } ?? error
        }
    }

    private func capture() throws -> CaptureSummary {
        let clock = ContinuousClock()
        let start = clock.now
        try sink.open()
        for number in 1...max(options.workers, 1) { try startThread("capture-\(number)") { [self] in try fill() } }
        try startThread("checksum") { [self] in hash() }
        var sent = RunningChecksum(.sha256)
        var sentBytes: UInt64 = 0
        var readBytes: UInt64 = 0
        var last = start
        try forEachPiece { piece in
            try withFrame(of: piece) { bytes in
                try sink.write(bytes)
                sent.update(bytes)
                sentBytes += UInt64(bytes.count)
            }
            readBytes += piece.readCount
            guard last.duration(to: clock.now) >= .milliseconds(250) else { return }
            last = clock.now
            let done = UInt64(piece.number) * UInt64(CapturedPiece.length) + UInt64(piece.count)
            progress(CaptureProgress(imageBytes: done, size: reader.extents.size, sentBytes: sentBytes))
        }
        waitForThreads()
        let (failure, digest) = state.update { ($0.failure, $0.digest) }
        if let failure { throw failure }
        try sink.finish(digest: sent.hex)
        guard let image = ImageChecksum(.sha256, hex: digest ?? ""), let file = ImageChecksum(.sha256, hex: sent.hex)
        else { throw CancellationError() }
        return CaptureSummary(
            destination: name, imageBytes: reader.extents.size, readBytes: readBytes,
            unusedBytes: reader.extents.unusedBytes, sentBytes: sentBytes, imageChecksum: image, fileChecksum: file,
            duration: start.duration(to: clock.now))
    }

    /// Hands all pieces, in order, to one consumer.
    private func forEachPiece(_ body: (CapturedPiece) throws -> Void) throws {
        for number in 0..<pieceCount {
            guard let next = lane.piece(number, timeout: Self.readTimeout) else {
                throw StuckCallError(call: "read", device: reader.disk, waited: Self.readTimeout)
            }
            guard let piece = next else { break }
            defer { lane.release(piece) }
            try body(piece)
        }
    }

    /// Reads and compresses pieces until there are no more.
    private func fill() throws {
        let encoder = try FrameEncoder(level: options.level)
        while let piece = lane.claim() {
            let range = range(of: piece.number)
            piece.count = range.count
            piece.readCount = try reader.fill(piece.buffer, with: range)
            let bytes = UnsafeRawBufferPointer(rebasing: piece.buffer.bytes[..<piece.count])
            piece.isZero = piece.readCount == 0 || isZero(bytes)
            piece.frameCount = piece.isZero ? 0 : try encoder.encode(bytes, to: piece.frame.bytes)
            lane.deliver(piece)
        }
    }

    private func withFrame(of piece: CapturedPiece, _ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
        if piece.isZero, let frame = zeroFrames[piece.count] {
            try frame.withUnsafeBytes(body)
        } else {
            try body(UnsafeRawBufferPointer(rebasing: piece.frame.bytes[..<piece.frameCount]))
        }
    }

    private func hash() {
        var running = RunningChecksum(.sha256)
        do {
            try forEachPiece { piece in
                let bytes = (piece.isZero ? zeros : piece.buffer).bytes[..<piece.count]
                running.update(UnsafeRawBufferPointer(rebasing: bytes))
            }
            let digest = running.hex
            state.update { $0.digest = digest }
        } catch {
            fail(error)
        }
    }

    private func range(of number: Int) -> Range<UInt64> {
        let start = UInt64(number) * UInt64(CapturedPiece.length)
        return start..<min(start + UInt64(CapturedPiece.length), reader.extents.size)
    }

    private func isZero(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress, let zero = zeros.bytes.baseAddress else { return true }
        return memcmp(base, zero, bytes.count) == 0
    }

    private func startThread(_ name: String, _ body: @escaping @Sendable () throws -> Void) throws {
        state.update { $0.runningThreads += 1 }
        do {
            try NativeThread.start(name) { [self] in
                do {
                    try body()
                } catch {
                    fail(error)
                }
                state.update { $0.runningThreads -= 1 }
            }
        } catch {
            state.update { $0.runningThreads -= 1 }
            throw error
        }
    }

    /// Waits until all threads have ended; one that is stuck in the kernel is left behind.
    private func waitForThreads() {
        state.wait(timeout: Self.readTimeout) { $0.runningThreads == 0 || $0.failure is StuckCallError ? () : nil }
    }
}
