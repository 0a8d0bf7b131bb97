import Diagnostics
import LinuxSystem

/// One pass over an image that several mirrors have.
///
/// `@unchecked`: all but `cancel()` is called from one thread; what `cancel()` touches is guarded by a monitor.
final class MirroredImageStream: ImageStream, @unchecked Sendable {
    private struct State {
        var live: [any ImageStream] = []
        var winner: (number: Int, origin: ImageOrigin)?
        var failures: [(number: Int, error: any Error)] = []
        var isCancelled = false
    }

    /// How long a mirror has for itself before the next one is asked as well.
    private static let headStart = Duration.milliseconds(300)
    /// How often a mirror that fails is tried again while there are others.
    private static let attemptsEach = 2
    /// What a mirror must bring in an attempt while there are others: one that only trickles is left.
    private static let leastGain: UInt64 = 1 << 20

    private let mirrors: [any ImageSource]
    private let state = Monitor(State())
    private var chosen: (number: Int, stream: any ImageStream)?
    /// How often in a row mirrors were changed without a byte coming.
    private var fruitlessChanges = 0
    private var offsetAtChange: UInt64 = 0
    /// Of the mirrors that were left, and the changes.
    private var earlierResumes = 0

    init(_ mirrors: [any ImageSource]) {
        self.mirrors = mirrors
    }

    /// Asks the mirrors, each a moment after the one before it; the first that sends something is read.
    func open() throws -> ImageOrigin {
        var streams: [any ImageStream] = []
        for (number, mirror) in mirrors.enumerated() {
            let stream = mirror.makeStream()
            if let stream = stream as? HTTPImageStream, let mirror = mirror as? any HTTPStreamSource {
                prepare(stream, mirror)
            }
            streams.append(stream)
            try enlist(stream)
            try start(stream, number)
            let isOver = state.wait(timeout: Self.headStart) { state in
                state.winner != nil || state.isCancelled || state.failures.count > number ? true : nil
            }
            if isOver == true, state.update({ $0.winner != nil || $0.isCancelled }) { break }
        }
        let (winner, isCancelled) =
            state.wait { state in
                state.winner != nil || state.isCancelled || state.failures.count == streams.count
                    ? (state.winner, state.isCancelled) : nil
            } ?? (nil, true)
        for (number, stream) in streams.enumerated() where number != winner?.number { stream.cancel() }
        // Each thread is at its end or near it; only then may a stream be closed.
        state.wait { $0.failures.count + ($0.winner == nil ? 0 : 1) >= streams.count ? () : nil }
        for (number, stream) in streams.enumerated() where number != winner?.number { stream.close() }
        guard let winner, !isCancelled else {
            if isCancelled { throw ImageSourceError.cancelled }
            throw failure
        }
        chosen = (winner.number, streams[winner.number])
        return winner.origin
    }

    func withNextChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
        while true {
            guard let chosen else { throw ImageSourceError.cancelled }
            do {
                return try chosen.stream.withNextChunk(body)
            } catch let error as ImageSourceError where error.isOfOneMirror {
                guard let stream = chosen.stream as? HTTPImageStream else { throw error }
                try goOn(after: error, from: stream)
            }
        }
    }

    var isLayer: Bool { chosen?.stream.isLayer ?? mirrors.contains { $0 is OCIImageSource } }
    var resumes: Int { earlierResumes + (chosen?.stream.resumes ?? 0) }
    var offersParts: Bool { chosen?.stream.offersParts ?? false }

    func seek(to part: Range<UInt64>) throws {
        guard let chosen else { throw ImageSourceError.cancelled }
        do {
            try chosen.stream.seek(to: part)
        } catch let error as ImageSourceError where error.isOfOneMirror {
            guard let stream = chosen.stream as? HTTPImageStream else { throw error }
            try goOn(after: error, from: stream)
        }
    }

    func cancel() {
        let live = state.update { state in
            state.isCancelled = true
            return state.live
        }
        for stream in live { stream.cancel() }
    }

    func close() {
        let live = state.update { state in
            defer { state.live = [] }
            return state.live
        }
        for stream in live { stream.close() }
        chosen = nil
    }

    /// Makes sure that `cancel()` reaches a stream.
    private func enlist(_ stream: any ImageStream) throws(ImageSourceError) {
        let isCancelled = state.update { state in
            state.live.append(stream)
            return state.isCancelled
        }
        if isCancelled { throw .cancelled }
    }

    private func start(_ stream: any ImageStream, _ number: Int) throws(SystemCallError) {
        try NativeThread.start("mirror-\(number)") { [state] in
            do {
                let origin = try stream.open()
                try (stream as? HTTPImageStream)?.prime()
                state.update { state in
                    if state.winner == nil {
                        state.winner = (number, origin)
                    } else {
                        state.failures.append((number, ImageSourceError.cancelled))
                    }
                }
            } catch {
                state.update { $0.failures.append((number, error)) }
            }
        }
    }

    /// Goes on from another mirror that has the same image, or from the same one with more patience.
    private func goOn(after error: ImageSourceError, from broken: HTTPImageStream) throws {
        let position = broken.position
        if position.offset > offsetAtChange { fruitlessChanges = 0 }
        offsetAtChange = position.offset
        fruitlessChanges += 1
        guard let current = chosen?.number, fruitlessChanges <= mirrors.count * Self.attemptsEach else { throw error }
        for step in 1..<mirrors.count {
            let number = (current + step) % mirrors.count
            guard let mirror = mirrors[number] as? any HTTPStreamSource else { continue }
            do {
                let (origin, stream) = try takeOver(position, from: broken, mirror, after: error)
                broken.close()
                earlierResumes += broken.resumes + 1
                chosen = (number, stream)
                mirror.options.notice("\(error); going on from there with \(origin.name)")
                return
            } catch ImageSourceError.cancelled {
                throw ImageSourceError.cancelled
            } catch let refusal {
                mirror.options.notice("\(error); \(mirror.name) cannot take over: \(refusal)")
            }
        }
        broken.leastGain = 1
        broken.attemptLimit = (mirrors[current] as? any HTTPStreamSource)?.options.resumeAttempts ?? Self.attemptsEach
        try broken.resume(after: error)
    }

    /// Goes on where a stream is with another mirror: from there, or, where that proves nothing, from its start.
    private func takeOver(
        _ position: StreamPosition, from broken: HTTPImageStream, _ mirror: any HTTPStreamSource,
        after error: ImageSourceError
    ) throws -> (ImageOrigin, HTTPImageStream) {
        let stream = try makeStream(of: mirror)
        do {
            return (try stream.open(at: position, isVerified: mirror.options.isVerified), stream)
        } catch ImageSourceError.changed where position.prefix != nil {
            stream.close()
        } catch {
            stream.close()
            throw error
        }
        let again = try makeStream(of: mirror)
        mirror.options.notice("\(error); comparing what \(mirror.name) has up to there")
        do {
            return (try again.openFromStart(comparingTo: position, of: broken.requests.name), again)
        } catch {
            again.close()
            throw error
        }
    }

    private func makeStream(of mirror: any HTTPStreamSource) throws(ImageSourceError) -> HTTPImageStream {
        let stream = mirror.makeHTTPStream()
        prepare(stream, mirror)
        try enlist(stream)
        return stream
    }

    private func prepare(_ stream: HTTPImageStream, _ mirror: any HTTPStreamSource) {
        stream.attemptLimit = Self.attemptsEach
        stream.leastGain = Self.leastGain
        stream.keepsPrefix = !mirror.options.isVerified
    }

    private var failure: any Error {
        let failures = state.update { $0.failures }.sorted { $0.number < $1.number }.map(\.error)
        if failures.count == 1, let only = failures.first { return only }
        return ImageSourceError.noMirror(failures.map(\.explanation))
    }
}

extension ImageSourceError {
    /// Whether another mirror may do better.
    fileprivate var isOfOneMirror: Bool {
        switch self {
        case .interrupted, .stalled, .unreachable, .proxy, .status: true
        default: false
        }
    }
}
