import Decompression
import DiskImages
import ImageSources
import ImageTrust
import LinuxSystem

/// One writing of one image. Its threads share nothing but queues, and the first failure, which ends them all.
final class ImageWriteRun: Sendable {
    private struct State {
        var failure: (any Error)?
        var runningThreads = 0
        var digest: String?
    }

    /// Where the image goes: the disk, or the place of a bare file system on it.
    let target: WriteTarget
    /// Where its body is read back from: `target`, or the disks below it that mirror each other.
    let copies: [WriteTarget]
    /// In the image's own bytes, as `target`.
    let regions: WithheldRegions
    private let disk: WriteTarget
    private let diskRegions: WithheldRegions
    let facts: ImageFacts
    let options: ImageWriter.Options
    private let buffers: Int
    let freeBuffers: BoundedQueue<PageBuffer>
    let decodeQueue: BoundedQueue<ClusterBatch>
    let writeQueue: BoundedQueue<Placement>
    let hashQueue: BoundedQueue<FilledBuffer>
    private let stream: any ImageStream
    private let progress: @Sendable (ImageProgress) -> Void
    let stages = StageClock()
    private let state = Monitor(State())

    init(
        _ stream: any ImageStream, target: WriteTarget, members: [WriteTarget], regions: WithheldRegions,
        facts: ImageFacts,
        options: ImageWriter.Options, progress: @escaping @Sendable (ImageProgress) -> Void
    ) {
        self.stream = stream
        disk = target
        diskRegions = regions
        let place = { (disk: WriteTarget) in facts.enclosure.map { disk.dropping(first: $0.start) } ?? disk }
        self.target = place(target)
        copies = (members.isEmpty ? [target] : members).map(place)
        self.regions = facts.enclosure.map { WithheldRegions(of: $0, within: regions) } ?? regions
        self.facts = facts
        self.options = options
        self.progress = progress
        buffers = max(options.buffers, 2) + (facts.container == nil ? 0 : Self.clusterDecoders - 1)
        freeBuffers = BoundedQueue(capacity: buffers)
        decodeQueue = BoundedQueue(capacity: buffers)
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
        decodeQueue.abort()
        writeQueue.abort()
        hashQueue.abort()
    }

    /// Writes the image; blocks until it is done and all threads have ended. Those that wait for a call which does not
    /// return are left behind: they write nothing more but what that call has.
    func perform() throws -> WithheldTable {
        let outcome = Monitor<Result<WithheldTable, any Error>?>(nil)
        try NativeThread.start("decode") { [self] in
            let result = Result { try place() }
            outcome.update { $0 = result }
        }
        while true {
            if let result = outcome.wait(timeout: .seconds(1), until: { $0 }) { return try result.get() }
            let stuck = ([disk] + copies).lazy.compactMap { disk in
                disk.calls.stuck(for: self.options.callLimit).map { (call: $0, disk: disk.descriptor.name) }
            }
            guard let (call, name) = stuck.first else { continue }
            let error = ImageWriteError.stuck(disk: name, call: call, waited: options.callLimit)
            fail(error)
            throw error
        }
    }

    private func place() throws -> WithheldTable {
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
        let writer = BodyWriter(target, regions, sums: options.verifiesReadback ? WrittenSums() : nil)
        for _ in 0..<buffers { _ = freeBuffers.push(PageBuffer()) }
        let served = try ServedChecks(options)
        defer { served.close() }
        var limits = Decompressor.Limits.ofThisMachine
        if facts.container == nil {
            limits.keptOutput = PageBuffer.length
            limits.isProvenOtherwise = options.checksum != nil && !options.isOneChecksumEnough
        }
        let decoding = StreamDecoding(
            stream, limits: limits, onServed: { try served.update($0) },
            onDecoded: options.fileChecksum.map { _ in served.updateFile })
        let placed =
            if let container = facts.container {
                try placeClusters(of: container, decoding, writer)
            } else {
                try placeInOrder(decoding, writer)
            }
        guard placed.size >= regions.declaredSize else {
            throw ImageWriteError.imageTooShort(declared: regions.declaredSize, actual: placed.size)
        }
        let verified = try verify(served)
        try stages.during(.flush) { () throws(ImageWriteError) in try target.flush() }
        let end = clock.now
        if let sums = writer.sums, !placed.isReadBack {
            try stages.during(.readBack) { try readBack(placed.size, comparing: sums) }
        }
        stages.add(decoding.waiting, to: .receive)
        stages.add(decoding.checking, to: .hash)
        stages.add(decoding.decoding, to: .decode)
        let totals = writer.totals
        return WithheldTable(
            table: diskRegions.table,
            summary: ImageWriteSummary(
                origin: placed.origin.name, servedBytes: decoding.servedBytes, imageBytes: placed.size,
                writtenBytes: totals.written, deallocatedBytes: totals.punched,
                retriedWrites: target.retries?.count ?? 0, verified: verified,
                signer: options.signature?.signer, duration: start.duration(to: end),
                stages: stages.durations.filter { $0.value > .zero }, resumes: stream.resumes,
                isReadBack: options.verifiesReadback),
            head: facts.enclosure == nil ? placed.head : [UInt8](repeating: 0, count: diskRegions.head.count),
            regions: diskRegions)
    }

    /// Places an image that is the disk itself: its bytes come in order.
    private func placeInOrder(_ decoding: StreamDecoding, _ writer: BodyWriter) throws -> PlacedImage {
        let origin = try decoding.open()
        var meter = ProgressMeter(facts, length: origin.length, report: progress)
        var head: [UInt8] = []
        var offset: UInt64 = 0
        var isLast = false
        // Decoders look back into it.
        var previous: FilledBuffer?
        var lastBytes: [UInt8] = []
        while !isLast, let buffer = freeBuffers.pop() {
            let count = try withExtendedLifetime(previous) { try decoding.fill(buffer.bytes) }
            isLast = count < buffer.bytes.count
            let filled = filledBuffer(buffer, offset: offset, count: count)
            previous = filled
            if offset == 0 {
                try begin(filled, name: origin.name)
                try startWriters(writer)
                if let checksum = options.checksum { try startChecksum(checksum) }
            }
            try keepHead(of: filled, in: &head)
            try checkEnd(of: filled)
            lastBytes = (lastBytes + filled.contents.suffix(FixedVHD.footerLength)).suffix(FixedVHD.footerLength)
            offset += UInt64(count)
            guard writeQueue.push(.bytes(filled)), options.checksum == nil || hashQueue.push(filled) else { break }
            meter.update(served: decoding.servedBytes, image: offset)
        }
        writeQueue.finish()
        hashQueue.finish()
        try waitForSuccess()
        guard !FixedVHD.isFooter(lastBytes) else { throw DiskImageRefusal(format: .vhd) }
        return PlacedImage(origin: origin, size: offset, head: head, isReadBack: false)
    }

    /// A buffer that is free again once nobody has it any more.
    func filledBuffer(_ buffer: PageBuffer, offset: UInt64, count: Int) -> FilledBuffer {
        FilledBuffer(buffer, offset: offset, count: count) { [freeBuffers] in _ = freeBuffers.push($0) }
    }

    func progressMeter(_ origin: ImageOrigin) -> ProgressMeter {
        ProgressMeter(facts, length: origin.length, report: progress)
    }

    /// Makes sure that this is the image that was inspected; then the disk's old table goes.
    private func begin(_ first: FilledBuffer, name: String) throws {
        let known = facts.head.prefix(first.count)
        guard first.count >= min(facts.head.count, PageBuffer.length),
            first.contents.prefix(known.count).elementsEqual(known)
        else { throw ImageWriteError.imageChanged(name) }
        try zeroEnds()
    }

    /// Zeros over head and tail, before anything else is written.
    func zeroEnds() throws {
        try disk.writeZeros(diskRegions.head)
        // Where the image has its backup, the disk may hold an old one; the next table knows nothing of that place.
        try disk.writeZeros(diskRegions.imageTail.clamped(to: 0..<diskRegions.oldBackup.upperBound))
        try disk.writeZeros(diskRegions.oldBackup)
        try disk.flush()
        guard let volume = facts.enclosure?.systemPartition else { return }
        let buffer = PageBuffer(copying: volume.bytes)
        try withExtendedLifetime(buffer) {
            try disk.write(UnsafeRawBufferPointer(buffer.bytes), at: UInt64(volume.offset))
        }
    }

    private func keepHead(of filled: FilledBuffer, in head: inout [UInt8]) throws {
        guard filled.offset < regions.head.upperBound else { return }
        head.append(contentsOf: filled.contents.prefix(Int(regions.head.upperBound - filled.offset)))
    }

    /// What lies beyond the image's own table may be padding of zeros; anything else has no place on the disk once it
    /// reaches the disk's end or the backup there.
    func checkEnd(of filled: FilledBuffer) throws {
        let end = filled.offset + UInt64(filled.count)
        let limit = regions.diskTail.lowerBound
        guard end > limit else { return }
        let rest = (max(filled.offset, limit)..<end)
        for position in rest where !regions.imageTail.contains(position) {
            guard filled.contents[Int(position - filled.offset)] != 0 || position >= target.size else { continue }
            throw ImageWriteError.diskTooSmall(disk: target.descriptor.name, needed: end, available: target.size)
        }
    }

    private func verify(_ served: ServedChecks) throws -> [ImageChecksum] {
        let actual = state.update { $0.digest } ?? ""
        let holds = options.checksum.map { actual == $0.hex } ?? true
        var verified = try served.finish(isHeld: options.isOneChecksumEnough && holds)
        if let expected = options.checksum, !options.isOneChecksumEnough {
            guard holds else { throw ImageWriteError.checksumMismatch(expected, actual: actual, asServed: false) }
            verified.append(expected)
        }
        return verified
    }

    func startWriters(_ writer: BodyWriter) throws {
        for number in 1...max(options.writers, 1) {
            try startThread("write-\(number)") { [writeQueue, stages] in
                while let placement = writeQueue.pop() {
                    switch placement {
                    case .bytes(let filled):
                        try stages.during(.write) { () throws(ImageWriteError) in try writer.write(filled) }
                    case .zeros(let range):
                        try stages.during(.write) { () throws(ImageWriteError) in try writer.writeZeros(range) }
                    }
                }
            }
        }
    }

    func startChecksum(_ checksum: ImageChecksum) throws {
        try startThread("checksum") { [hashQueue, stages, state] in
            var running = RunningChecksum(checksum.algorithm)
            while let filled = hashQueue.pop() { stages.during(.hash) { running.update(filled.contents) } }
            let digest = running.hex
            state.update { $0.digest = digest }
        }
    }

    func startThread(_ name: String, _ body: @escaping @Sendable () throws -> Void) throws {
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

    /// Waits until all threads have ended.
    ///
    /// - Throws: the first failure.
    func waitForSuccess() throws {
        waitForThreads()
        if let failure = state.update({ $0.failure }) { throw failure }
    }

    private func waitForThreads() {
        state.wait { $0.runningThreads == 0 ? () : nil }
    }
}

/// What a writer is to do.
enum Placement: Sendable {
    case bytes(FilledBuffer)
    /// A range of the disk is to read as zeros.
    case zeros(Range<UInt64>)
}

/// An image whose body is on the disk.
struct PlacedImage {
    let origin: ImageOrigin
    /// Bytes.
    let size: UInt64
    /// What is withheld of its start.
    let head: [UInt8]
    /// Whether what is on the disk was compared with what was written.
    let isReadBack: Bool
}
