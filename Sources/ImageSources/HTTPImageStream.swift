import LinuxSystem
import NIOCore
import NIOHTTP1

/// One download, which reads on where it was when the connection is lost, if the server can prove that the image is
/// still the same (RFC 9110 13.1.5, `If-Range`).
///
/// `@unchecked`: all but `cancel()` is called from one thread, and `HTTPRequests` is thread-safe.
final class HTTPImageStream: ImageStream, @unchecked Sendable {
    private let location: HTTPLocation
    private let options: HTTPOptions
    private let requests: HTTPRequests
    private var answer: HTTPAnswer?
    private var validator: String?
    private var length: UInt64?
    private var offset: UInt64 = 0
    private var failedAttempts = 0
    private var waiting: [ByteBuffer] = []

    init(_ location: HTTPLocation, options: HTTPOptions) {
        self.location = location
        self.options = options
        requests = HTTPRequests(location, options: options)
    }

    func open() throws -> ImageOrigin {
        let answer = try requests.get()
        guard answer.head.status == .ok else {
            throw ImageSourceError.status(
                location.masked, code: Int(answer.head.status.code), phrase: answer.head.status.reasonPhrase)
        }
        self.answer = answer
        length = answer.head.headers.first(name: "Content-Length").flatMap { UInt64($0) }
        validator = answer.head.headers.strongValidator
        return ImageOrigin(name: location.masked, length: length)
    }

    func withNextChunk(_ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
        while waiting.isEmpty {
            guard try receive() else { return false }
        }
        let chunk = waiting.removeLast()
        offset += UInt64(chunk.readableBytes)
        try chunk.withUnsafeReadableBytes(body)
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

    /// Fills `waiting`, in reverse order; `false` at the end.
    private func receive() throws -> Bool {
        guard let answer else { throw ImageSourceError.cancelled }
        switch answer.receiver.next(timeout: options.stallTimeout) {
        case .chunks(let chunks):
            waiting = chunks.reversed()
            failedAttempts = 0
        case .end:
            guard let length, offset < length else { return false }
            try resume(after: interrupted("the server sent less than it announced"))
        case .failure(ImageSourceError.cancelled): throw ImageSourceError.cancelled
        case .failure(let error): try resume(after: interrupted(connectionFailureText(error)))
        case nil:
            answer.task.cancel()
            let seconds = Int(options.stallTimeout.components.seconds)
            try resume(after: .stalled(location.masked, offset: offset, seconds: seconds))
        }
        return true
    }

    private func interrupted(_ reason: String) -> ImageSourceError {
        .interrupted(location.masked, offset: offset, length: length, reason: reason)
    }

    /// Asks for the rest. Without a validator, or when nothing comes any more, the first cause is the error.
    private func resume(after cause: ImageSourceError) throws {
        while true {
            guard let validator, failedAttempts < options.resumeAttempts else { throw cause }
            failedAttempts += 1
            do {
                answer = try checked(requests.get(from: offset, validator: validator))
                return
            } catch ImageSourceError.unreachable, ImageSourceError.stalled {
                continue
            } catch ImageSourceError.status(_, code: 500...599, _) {
                continue
            }
        }
    }

    private func checked(_ answer: HTTPAnswer) throws -> HTTPAnswer {
        guard answer.head.status == .partialContent else {
            answer.task.cancel()
            throw ImageSourceError.changed(location.masked, offset: offset)
        }
        let range = answer.head.headers.first(name: "Content-Range") ?? ""
        guard range.hasPrefix("bytes \(offset)-"), length.map({ range.hasSuffix("/\($0)") }) ?? true else {
            answer.task.cancel()
            throw interrupted("the server answered with another range than asked for, \(range)")
        }
        return answer
    }
}

extension HTTPHeaders {
    /// A value for `If-Range` that changes with every byte of the image; `nil` without one, or when the server cannot
    /// send a part.
    fileprivate var strongValidator: String? {
        if first(name: "Accept-Ranges")?.lowercased() == "none" { return nil }
        if let tag = first(name: "ETag"), !tag.hasPrefix("W/") { return tag }
        return first(name: "Last-Modified")
    }
}
