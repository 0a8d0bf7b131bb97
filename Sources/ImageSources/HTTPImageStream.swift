import LinuxSystem
import NIOCore
import NIOHTTP1

/// One download, which reads on where it was when the connection is lost, stalls or slows to a crawl.
///
/// The server must prove that the image is still the same: by its validator (RFC 9110 13.1.5, `If-Range`), or, where it
/// has none or sends no parts, by sending the same bytes again. A layer of a registry proves itself: its digest is compared
/// at its end.
///
/// `@unchecked`: all but `cancel()` is called from one thread, and that of `ImageRequests` may be called from any.
final class HTTPImageStream: ImageStream, @unchecked Sendable {
    /// How often in a row reading on is tried without a byte coming.
    var attemptLimit: Int
    /// Bytes that a connection must bring for its attempt to count as one that gained something.
    var leastGain: UInt64 = 1
    let isLayer: Bool
    private(set) var resumes = 0
    let options: HTTPOptions
    let requests: any ImageRequests
    var answer: HTTPAnswer?
    var identity = ImageIdentity([:])
    var offset: UInt64 = 0
    /// Where the part ends that is wanted; `nil` for the image's end.
    var limit: UInt64?
    var offersParts = false
    /// Bytes of the present answer still to come that were read before.
    var repetition: UInt64 = 0
    /// Only where it may be needed to prove that the image is the same.
    var prefix: PrefixCheck?
    /// Whether nothing else proves it, so that reading on means to read all of it again.
    var startsOver = false
    /// Whether another mirror may have to prove that it has the same image, by sending the same bytes.
    var keepsPrefix = false
    /// Only of a layer, from whose start on all was read.
    var check: LayerCheck?
    private var pace: Pace
    private var isCrawling = false
    /// Whether equal length is enough, since the whole is verified in the end.
    var trustsLength = false
    private var fruitlessAttempts = 0
    /// Bytes that came over the present connection.
    private var bytesOfConnection: UInt64 = 0
    private var waiting: [ByteBuffer] = []

    /// - Parameter isLayer: whether the requests find out what the whole must come to.
    init(_ requests: any ImageRequests, options: HTTPOptions, isLayer: Bool = false) {
        self.requests = requests
        self.options = options
        self.isLayer = isLayer
        attemptLimit = options.resumeAttempts
        pace = Pace(window: options.stallTimeout, leastRate: options.crawlingRate)
    }

    /// Where it is.
    var position: StreamPosition {
        StreamPosition(offset: offset, limit: limit, identity: identity, check: check, prefix: prefix)
    }

    func open() throws -> ImageOrigin {
        let answer = try requests.get(from: 0, to: nil, validator: nil)
        guard answer.head.status == .ok else {
            throw ImageSourceError.status(
                requests.name, code: Int(answer.head.status.code), phrase: answer.head.status.reasonPhrase)
        }
        self.answer = answer
        identity = ImageIdentity(answer.head.headers)
        if let layer = requests.layer {
            guard identity.length ?? layer.size == layer.size else { throw wrongSize(layer) }
            identity = ImageIdentity(answer.head.headers, length: layer.size)
            check = LayerCheck(layer)
            trustsLength = true
        }
        let isVerified = options.isVerified && identity.length != nil
        startsOver = identity.validator == nil && check == nil && !isVerified
        if startsOver || keepsPrefix && check == nil { prefix = PrefixCheck() }
        offersParts =
            check == nil && provesParts && answer.head.headers["Accept-Ranges"].contains { $0.contains("bytes") }
        return origin
    }

    func seek(to part: Range<UInt64>) throws {
        guard check == nil else {
            throw ImageSourceError.noParts(requests.name, reason: "its digest is one over all of it")
        }
        guard provesParts else {
            throw ImageSourceError.noParts(requests.name, reason: "the server does not name the image's version")
        }
        answer?.task.cancel()
        (offset, limit, repetition, waiting, prefix) = (part.lowerBound, part.upperBound, 0, [], nil)
        (startsOver, keepsPrefix) = (false, false)
        do {
            answer = try reopened(validator: identity.validator)
        } catch let error as ImageSourceError where error.mayPassSoon {
            try resume(after: error)
        }
        offersParts = true
    }

    /// Waits for the first bytes.
    func prime() throws {
        if waiting.isEmpty { _ = try receive() }
    }

    func withNextChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
        while waiting.isEmpty {
            guard try receive() else {
                try checkLayer()
                return false
            }
        }
        let chunk = waiting.removeLast()
        offset += UInt64(chunk.readableBytes)
        try chunk.withUnsafeReadableBytes { bytes in
            prefix?.read(bytes)
            check?.read(bytes)
            try body(bytes)
        }
        return true
    }

    func cancel() {
        requests.cancel()
    }

    func close() {
        answer = nil
        waiting = []
        requests.close()
    }

    /// At the end: whether what was read is the layer that was asked for.
    private func checkLayer() throws(ImageSourceError) {
        guard let check else { return }
        let digest = check.digest
        guard digest == check.layer.digest else {
            throw .damaged(
                requests.name, part: "layer", digest: digest.description, wanted: check.layer.digest.description)
        }
    }

    private func wrongSize(_ layer: OCILayer) -> ImageSourceError {
        .damaged(
            requests.name, part: "layer", digest: "\(identity.length ?? 0) bytes long",
            wanted: "\(layer.size) bytes, as the manifest says")
    }

    /// Whether parts of the image can be told from parts of a later one.
    var provesParts: Bool { identity.length != nil && (identity.validator != nil || options.isVerified) }

    var origin: ImageOrigin { ImageOrigin(name: requests.name, length: identity.length) }

    /// Fills `waiting`, in reverse order, or reads on over a new connection; `false` at the end.
    func receive() throws -> Bool {
        guard let answer else { throw ImageSourceError.cancelled }
        if isCrawling {
            answer.task.cancel()
            try resume(after: interrupted("fewer than \(options.crawlingRate) bytes a second came"))
            return true
        }
        let clock = ContinuousClock()
        let start = clock.now
        switch answer.receiver.next(timeout: options.stallTimeout) {
        case .chunks(let chunks):
            let count = chunks.reduce(0) { $0 + UInt64($1.readableBytes) }
            isCrawling = pace.isCrawl(count, after: start.duration(to: clock.now))
            try take(chunks)
        case .end:
            if repetition > 0 { throw ImageSourceError.changed(requests.name, offset: offset) }
            guard let length = limit ?? identity.length, offset < length else { return false }
            try resume(after: interrupted("the server sent less than it announced"))
        case .failure(ImageSourceError.cancelled): throw ImageSourceError.cancelled
        case .failure(let error): try resume(after: interrupted(connectionFailureText(error)))
        case nil:
            answer.task.cancel()
            let seconds = Int(options.stallTimeout.components.seconds)
            try resume(after: .stalled(requests.name, offset: offset, seconds: seconds))
        }
        return true
    }

    /// Leaves out what was read before; the rest waits to be used.
    private func take(_ chunks: [ByteBuffer]) throws {
        for var chunk in chunks {
            if repetition > 0 {
                let count = Int(min(repetition, UInt64(chunk.readableBytes)))
                chunk.readWithUnsafeReadableBytes { bytes in
                    prefix?.readAgain(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
                    return count
                }
                repetition -= UInt64(count)
                if repetition == 0, prefix?.holds == false {
                    throw ImageSourceError.changed(requests.name, offset: offset)
                }
            }
            if chunk.readableBytes > 0 { waiting.append(chunk) }
        }
        waiting.reverse()
        bytesOfConnection += waiting.reduce(0) { $0 + UInt64($1.readableBytes) }
        if bytesOfConnection >= leastGain { fruitlessAttempts = 0 }
    }

    private func interrupted(_ reason: String) -> ImageSourceError {
        .interrupted(requests.name, offset: offset, length: identity.length, reason: reason)
    }

    /// Asks for the rest, with growing patience.
    ///
    /// - Throws: `cause` when nothing has come in so many attempts in a row.
    func resume(after cause: ImageSourceError) throws {
        while true {
            guard fruitlessAttempts < attemptLimit else { throw cause }
            fruitlessAttempts += 1
            let delay = options.backoff.delay(before: fruitlessAttempts)
            options.notice(
                "\(cause); reading on from there, attempt \(fruitlessAttempts) of \(options.resumeAttempts)")
            try requests.pause(delay)
            do {
                answer = try reopened(validator: identity.validator)
                resumes += 1
                return
            } catch let error as ImageSourceError where error.mayPassSoon {
                continue
            }
        }
    }

    func reopened(validator: String?) throws -> HTTPAnswer {
        isCrawling = false
        bytesOfConnection = 0
        pace.reset()
        // Without a validator a part proves nothing, unless the whole is verified in the end.
        let answer = try requests.get(
            from: startsOver ? 0 : offset, to: startsOver ? nil : limit, validator: validator)
        do {
            repetition = try repetition(in: answer, validator: validator)
        } catch {
            answer.task.cancel()
            throw error
        }
        if repetition > 0 { prefix?.beginAgain() }
        return answer
    }

    /// How many bytes of an answer were read before.
    private func repetition(in answer: HTTPAnswer, validator: String?) throws -> UInt64 {
        let headers = answer.head.headers
        let changed = ImageSourceError.changed(requests.name, offset: offset)
        switch answer.head.status {
        case .partialContent:
            let range = headers.first(name: "Content-Range") ?? ""
            guard range.hasPrefix("bytes \(offset)-") else {
                throw interrupted("the server answered with another range than asked for, \(range)")
            }
            guard identity.length.map({ range.hasSuffix("/\($0)") }) ?? true else { throw changed }
            // A server that does not know If-Range sends a part of whatever it has now, and says of what (RFC 9110 15.3.7).
            if let validator {
                let field = identity.entityTag == nil ? "Last-Modified" : "ETag"
                let isSame = headers.first(name: field) ?? validator == validator
                guard isSame || trustsLength || options.isVerified else { throw changed }
            }
            return 0
        case .ok:
            // The server sends no parts, or the image is another one.
            let now = ImageIdentity(headers)
            guard now.length == identity.length, now.validator == validator || startsOver || trustsLength
            else { throw changed }
            guard limit == nil else {
                throw ImageSourceError.noParts(requests.name, reason: "the server does not answer Range requests")
            }
            return offset
        default: throw changed
        }
    }
}

extension ImageSourceError {
    /// Whether the next attempt may go better.
    fileprivate var mayPassSoon: Bool {
        switch self {
        case .unreachable, .proxy, .stalled: true
        case .status(_, let code, _): code >= 500 || code == 408 || code == 425 || code == 429
        default: false
        }
    }
}
