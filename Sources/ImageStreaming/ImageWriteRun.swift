import ImageSources
import LinuxSystem

/// One writing of one image. Its threads share nothing but queues, and the first failure, which ends them all.
final class ImageWriteRun: Sendable {
    private struct State {
        var failure: (any Error)?
        var runningThreads = 0
        var digest: String?
    }

    private let stream: any ImageStream
    private let target: WriteTarget
    private let regions: WithheldRegions
    private let facts: ImageFacts
    private let options: ImageWriter.Options
    private let progress: @Sendable (ImageProgress) -> Void
    private let state = Monitor(State())
    private let freeBuffers: BoundedQueue<PageBuffer>
    private let writeQueue: BoundedQueue<FilledBuffer>
    private let hashQueue: BoundedQueue<FilledBuffer>

    init(
        _ stream: any ImageStream, target: WriteTarget, regions: WithheldRegions, facts: ImageFacts,
        options: ImageWriter.Options, progress: @escaping @Sendable (ImageProgress) -> Void
    ) {
        self.stream = stream
        self.target = target
        self.regions = regions
        self.facts = facts
        self.options = options
        self.progress = progress
        let buffers = max(options.buffers, 2)
        freeBuffers = BoundedQueue(capacity: buffers)
        writeQueue = BoundedQueue(capacity: buffers)
        hashQueue = BoundedQueue(capacity: buffers)
    }

    /// Ends everything with this error, unless there is an earlier one. From any thread.
    func fail(_ error: any Error) {
        state.update { state in
            if state.failure == nil { state.failure = error }
        }
        stream.cancel()
        freeBuffers.abort()
        writeQueue.abort()
        hashQueue.abort()
    }

    /// Writes the image; blocks until it is done and all threads have ended.
    func perform() throws -> WithheldTable {
        let hadDirect = target.setDirect(true)
        defer {
            stream.close()
            if hadDirect == false { _ = target.setDirect(false) }
        }
        do {
            return try writeBody()
        } catch {
            fail(error)
            waitForThreads()
            throw state.update { $0.failure } ?? error
        }
    }

    private func writeBody() throws -> WithheldTable {
        let clock = ContinuousClock()
        let start = clock.now
        let writer = BodyWriter(target, regions)
        for _ in 0..<max(options.buffers, 2) { _ = freeBuffers.push(PageBuffer()) }
        var served = options.downloadChecksum.map { RunningChecksum($0.algorithm) }
        let decoding = StreamDecoding(stream) { served?.update($0) }
        let origin = try decoding.open()
        var meter = ProgressMeter(facts, length: origin.length, report: progress)
        var head: [UInt8] = []
        var offset: UInt64 = 0
        var isLast = false
        while !isLast, let buffer = freeBuffers.pop() {
            let count = try decoding.fill(buffer.bytes)
            isLast = count < buffer.bytes.count
            let filled = FilledBuffer(buffer, offset: offset, count: count) { [freeBuffers] in
                _ = freeBuffers.push($0)
            }
            if offset == 0 {
                try begin(filled, name: origin.name)
                try startThreads(writer)
            }
            try keepHead(of: filled, in: &head)
            try checkEnd(of: filled)
            offset += UInt64(count)
            guard writeQueue.push(filled), options.checksum == nil || hashQueue.push(filled) else { break }
            meter.update(served: decoding.servedBytes, image: offset)
        }
        writeQueue.finish()
        hashQueue.finish()
        waitForThreads()
        if let failure = state.update({ $0.failure }) { throw failure }
        guard offset >= regions.declaredSize else {
            throw ImageWriteError.imageTooShort(declared: regions.declaredSize, actual: offset)
        }
        let verified = try verify(served: served?.hex)
        let flushStart = clock.now
        try target.flush()
        let end = clock.now
        let totals = writer.totals
        return WithheldTable(
            table: regions.table,
            summary: ImageWriteSummary(
                origin: origin.name, servedBytes: decoding.servedBytes, imageBytes: offset,
                writtenBytes: totals.written, deallocatedBytes: totals.punched, verified: verified,
                duration: start.duration(to: end), flushDuration: flushStart.duration(to: end)),
            head: head, regions: regions)
    }

    /// Makes sure that this is the image that was inspected; then zeros go over head and tail, before anything else.
    private func begin(_ first: FilledBuffer, name: String) throws {
        let known = facts.head.prefix(first.count)
        guard first.count >= min(facts.head.count, PageBuffer.length),
            first.contents.prefix(known.count).elementsEqual(known)
        else { throw ImageWriteError.imageChanged(name) }
        try target.writeZeros(regions.head)
        // Where the image has its backup, the disk may hold an old one; the next table knows nothing of that place.
        try target.writeZeros(regions.imageTail.clamped(to: 0..<regions.oldBackup.upperBound))
        try target.writeZeros(regions.oldBackup)
        try target.flush()
    }

    private func keepHead(of filled: FilledBuffer, in head: inout [UInt8]) throws {
        guard filled.offset < regions.head.upperBound else { return }
        head.append(contentsOf: filled.contents.prefix(Int(regions.head.upperBound - filled.offset)))
    }

    /// What lies beyond the image's own table may be padding of zeros; anything else has no place on the disk once it
    /// reaches the disk's end or the backup there.
    private func checkEnd(of filled: FilledBuffer) throws {
        let end = filled.offset + UInt64(filled.count)
        let limit = regions.diskTail.lowerBound
        guard end > limit else { return }
        let rest = (max(filled.offset, limit)..<end)
        for position in rest where !regions.imageTail.contains(position) {
            guard filled.contents[Int(position - filled.offset)] != 0 || position >= target.size else { continue }
            throw ImageWriteError.diskTooSmall(disk: target.descriptor.name, needed: end, available: target.size)
        }
    }

    private func verify(served: String?) throws -> [ImageChecksum] {
        var verified: [ImageChecksum] = []
        if let expected = options.downloadChecksum, let served {
            guard served == expected.hex else {
                throw ImageWriteError.checksumMismatch(expected, actual: served, asServed: true)
            }
            verified.append(expected)
        }
        if let expected = options.checksum {
            let actual = state.update { $0.digest } ?? ""
            guard actual == expected.hex else {
                throw ImageWriteError.checksumMismatch(expected, actual: actual, asServed: false)
            }
            verified.append(expected)
        }
        return verified
    }

    private func startThreads(_ writer: BodyWriter) throws {
        for number in 1...max(options.writers, 1) {
            try startThread("write-\(number)") { [writeQueue] in
                while let filled = writeQueue.pop() { try writer.write(filled) }
            }
        }
        guard let checksum = options.checksum else { return }
        try startThread("checksum") { [hashQueue, state] in
            var running = RunningChecksum(checksum.algorithm)
            while let filled = hashQueue.pop() { running.update(filled.contents) }
            let digest = running.hex
            state.update { $0.digest = digest }
        }
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

    private func waitForThreads() {
        state.wait { $0.runningThreads == 0 ? () : nil }
    }
}

/// Tells about progress a few times a second.
private struct ProgressMeter {
    private let facts: ImageFacts
    private let length: UInt64?
    private let report: @Sendable (ImageProgress) -> Void
    private var last = ContinuousClock.now

    init(_ facts: ImageFacts, length: UInt64?, report: @escaping @Sendable (ImageProgress) -> Void) {
        self.facts = facts
        self.length = length
        self.report = report
    }

    mutating func update(served: UInt64, image: UInt64) {
        let now = ContinuousClock.now
        guard last.duration(to: now) >= .milliseconds(250) else { return }
        last = now
        report(
            ImageProgress(
                servedBytes: served, servedLength: length, imageBytes: image, declaredSize: facts.declaredSize))
    }
}
