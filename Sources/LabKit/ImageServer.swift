import Foundation
import NIOHTTP1
import Synchronization

/// Serves files to guests over HTTP with ranges, and breaks what it is told to break.
public final class ImageServer: Sendable {
    /// A request it got.
    public struct Access: Sendable {
        /// `GET` or `HEAD`.
        public let method: String
        /// The path and query.
        public let uri: String
        /// The range asked for, as the header has it.
        public let range: String?
        /// All header names and values.
        public let headers: [(name: String, value: String)]
        /// The status it answered with.
        public let status: Int
    }

    private enum Content {
        case file(String)
        case bytes([UInt8])
    }

    private struct State {
        var contents: [String: Content] = [:]
        var faults: [String: HTTPFault] = [:]
        /// Where what is put under a path goes.
        var places: [String: String] = [:]
        var accesses: [Access] = []
    }

    private final class Shelf: Sendable {
        let state = Mutex(State())
    }

    private let shelf: Shelf
    private let guestHost: String
    private let server: LabHTTPServer

    /// Starts serving, with nothing to serve yet: on loopback, or in a switch's namespace.
    public init(on labSwitch: LabSwitch? = nil) async throws {
        let shelf = Shelf()
        self.shelf = shelf
        guestHost = labSwitch == nil ? "10.0.2.2" : LabSwitch.hostAddress
        server = try await LabHTTPServer(in: labSwitch?.namespace) { request in Self.answer(request, shelf) }
    }

    /// The TCP port on 127.0.0.1.
    public var port: Int { server.port }

    /// What guests put before a path: `http://10.0.2.2:PORT`, or with the address of a switch's host.
    public var guestBase: String { "http://\(guestHost):\(server.port)" }

    /// What the host puts before a path: `http://127.0.0.1:PORT`.
    public var hostBase: String { "http://127.0.0.1:\(server.port)" }

    /// Serves a file.
    ///
    /// - Returns: the guest's URL.
    @discardableResult
    public func serve(_ path: String, file: String) -> String {
        shelf.state.withLock { $0.contents[path] = .file(file) }
        return guestBase + path
    }

    /// Serves bytes.
    ///
    /// - Returns: the guest's URL.
    @discardableResult
    public func serve(_ path: String, bytes: some Sequence<UInt8>) -> String {
        shelf.state.withLock { $0.contents[path] = .bytes(Array(bytes)) }
        return guestBase + path
    }

    /// Serves a file as the only layer of an image in a registry, tagged `latest`.
    ///
    /// - Returns: the guest's reference.
    public func serve(repository: String, layer file: String) throws -> String {
        let layer = DiskFile(existing: file)
        let size = try layer.size
        let digest = "sha256:" + (try layer.sha256())
        serve("/v2/\(repository)/blobs/\(digest)", file: file)
        let type = "application/vnd.oci.image.manifest.v1+json"
        let manifest = """
            {"schemaVersion": 2, "mediaType": "\(type)", "layers": [
                {"mediaType": "application/octet-stream", "digest": "\(digest)", "size": \(size)}]}
            """
        serve("/v2/\(repository)/manifests/latest", bytes: manifest.utf8)
        return "oci://\(guestHost):\(port)/\(repository)"
    }

    /// Takes what is put under a path, into a file.
    ///
    /// - Returns: the guest's URL.
    public func accept(_ path: String, into file: String) -> String {
        shelf.state.withLock { $0.places[path] = file }
        return guestBase + path
    }

    /// Breaks a path, or heals it with `nil`.
    public func set(_ fault: HTTPFault?, for path: String) {
        shelf.state.withLock { $0.faults[path] = fault }
    }

    /// All requests in order.
    public var accesses: [Access] {
        shelf.state.withLock { $0.accesses }
    }

    /// How many requests a path got.
    public func requestCount(_ path: String) -> Int {
        accesses.count { $0.uri == path || $0.uri.hasPrefix(path + "?") }
    }

    /// Stops serving.
    public func stop() async {
        await server.stop()
    }

    private static func answer(_ request: LabHTTPServer.Request, _ shelf: Shelf) -> LabHTTPServer.Answer {
        let (content, fault) = shelf.state.withLock { state in
            var fault = state.faults[request.path]
            if let times = fault?.times {
                if times > 0 { state.faults[request.path]?.times = times - 1 } else { fault = nil }
            }
            return (state.contents[request.path], fault?.kind)
        }
        let place = shelf.state.withLock { $0.places[request.path] }
        let answer = place.map { keep(request, in: $0, fault) } ?? plan(request, content, fault)
        let access = Access(
            method: request.method.rawValue, uri: request.uri, range: request.headers.first(name: "Range"),
            headers: request.headers.map { ($0.name, $0.value) }, status: Int(answer.status.code))
        shelf.state.withLock { $0.accesses.append(access) }
        return answer
    }

    private static func keep(
        _ request: LabHTTPServer.Request, in place: String, _ fault: HTTPFault.Kind?
    ) -> LabHTTPServer.Answer {
        if case .status(let code, _) = fault { return .init(status: .init(statusCode: code)) }
        guard request.method == .PUT else { return .init(status: .methodNotAllowed) }
        let isKept = (try? Data(request.body).write(to: URL(fileURLWithPath: place))) != nil
        return .init(status: isKept ? .created : .internalServerError)
    }

    private static func plan(
        _ request: LabHTTPServer.Request, _ content: Content?, _ fault: HTTPFault.Kind?
    ) -> LabHTTPServer.Answer {
        if case .status(let code, let retryAfter) = fault {
            let headers = retryAfter.map { HTTPHeaders([("Retry-After", String($0))]) } ?? [:]
            return .init(status: .init(statusCode: code), headers: headers)
        }
        guard request.method == .GET || request.method == .HEAD else { return .init(status: .methodNotAllowed) }
        guard let content, let size = size(of: content) else { return .init(status: .notFound) }

        var answer = LabHTTPServer.Answer(status: .ok)
        answer.headers = [
            "Content-Type": "application/octet-stream", "Accept-Ranges": "bytes", "ETag": "\"\(size)\"",
        ]
        var range = 0..<size
        if fault != .noRanges, let asked = request.headers.first(name: "Range") {
            guard let satisfiable = ByteRange.parse(asked, size: size) else {
                answer.headers.add(name: "Content-Range", value: "bytes */\(size)")
                answer.status = .rangeNotSatisfiable
                return answer
            }
            range = satisfiable
            answer.status = .partialContent
            answer.headers.add(
                name: "Content-Range", value: "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)")
        }
        var length = range.count
        var sent = range
        switch fault {
        case .truncated(let percent):
            sent = range.clamped(to: 0..<size * percent / 100)
            answer.end = .closed
        case .stalled(let percent):
            sent = range.clamped(to: 0..<size * percent / 100)
            answer.end = .stalled
        case .reset(let percent):
            sent = range.clamped(to: 0..<size * percent / 100)
            answer.end = .reset
        case .lyingLength(let difference):
            length += difference
            answer.end = .closed
        case .throttled(let rate):
            answer.bytesPerSecond = rate
        case .status, .noRanges, nil:
            break
        }
        answer.headers.add(name: "Content-Length", value: String(length))
        switch content {
        case .file(let path): answer.body = .file(path: path, range: sent)
        case .bytes(let bytes): answer.body = .bytes(Array(bytes[sent]))
        }
        return answer
    }

    private static func size(of content: Content) -> Int? {
        switch content {
        case .bytes(let bytes): return bytes.count
        case .file(let path):
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            return (attributes?[.size] as? NSNumber)?.intValue
        }
    }
}

/// One range of a `Range` header: RFC 9110 14.1.2.
enum ByteRange {
    /// The range of `bytes=first-last`, `bytes=first-` or `bytes=-suffix` in a file of `size` bytes.
    ///
    /// - Returns: `nil` when it cannot be satisfied.
    static func parse(_ header: String, size: Int) -> Range<Int>? {
        guard header.hasPrefix("bytes=") else { return nil }
        let ends = header.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2 else { return nil }
        switch (Int(ends[0]), Int(ends[1])) {
        case (let first?, let last?) where first <= last && first < size: return first..<min(last + 1, size)
        case (let first?, nil) where ends[1].isEmpty && first < size: return first..<size
        case (nil, let suffix?) where ends[0].isEmpty && suffix > 0 && size > 0: return max(size - suffix, 0)..<size
        default: return nil
        }
    }
}
