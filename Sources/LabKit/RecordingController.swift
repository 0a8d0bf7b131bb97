import Foundation
import NIOHTTP1
import Synchronization

/// Plays the controller: takes every call an agent makes, keeps it, and answers as told.
///
/// Its paths: `/init`, `/success`, `/error`, `/log`, `/debug`, `/heartbeat`, `/inventory`, `/events`, `/checkin`.
public final class RecordingController: Sendable {
    /// A call as it came.
    public struct Call: Sendable {
        /// The HTTP method.
        public let method: String
        /// The path and query.
        public let path: String
        /// All header names and values.
        public let headers: [(name: String, value: String)]
        /// The body, unpacked if it came with `Content-Encoding: gzip`.
        public let body: [UInt8]
        /// When it came.
        public let time: ContinuousClock.Instant

        /// The body as text.
        public var text: String { String(decoding: body, as: UTF8.self) }

        /// The first header of a name, whatever its case.
        public func header(_ name: String) -> String? {
            headers.first { $0.name.lowercased() == name.lowercased() }?.value
        }
    }

    /// An event as the agent sends it to `EVENT_URL`.
    public struct Event: Decodable, Sendable {
        /// `step-started`, `step-finished`, `step-failed` or `progress`.
        public let type: String
        /// The step's name.
        public let step: String?
        /// What a person reads.
        public let message: String?
        /// Percent of the image, for `progress`.
        public let progress: Int?
        /// RFC 3339, UTC.
        public let timestamp: String
    }

    /// How a path answers.
    public struct Reply: Sendable {
        /// The status.
        public var status: Int
        /// How long the agent waits for it.
        public var delay: Duration

        /// An answer without a body.
        public init(status: Int = 204, after delay: Duration = .zero) {
            self.status = status
            self.delay = delay
        }
    }

    private final class Book: Sendable {
        struct State {
            var calls: [Call] = []
            var replies: [String: Reply] = [:]
        }

        let state = Mutex(State())
    }

    private let book: Book
    private let server: LabHTTPServer
    private let guestHost: String

    /// Starts listening: on 127.0.0.1, or in a switch's namespace.
    public init(on labSwitch: LabSwitch? = nil) async throws {
        guestHost = labSwitch == nil ? "10.0.2.2" : LabSwitch.hostAddress
        let book = Book()
        self.book = book
        server = try await LabHTTPServer(in: labSwitch?.namespace) { request in
            let reply = book.state.withLock { $0.replies[request.path] } ?? Reply()
            let isPacked = request.headers.first(name: "Content-Encoding") == "gzip"
            let body = isPacked ? (await Self.unpack(request.body)) : request.body
            let call = Call(
                method: request.method.rawValue, path: request.uri,
                headers: request.headers.map { ($0.name, $0.value) }, body: body, time: .now)
            book.state.withLock { $0.calls.append(call) }
            try? await Task.sleep(for: reply.delay)
            return .init(status: .init(statusCode: reply.status))
        }
    }

    /// What guests put before a path: `http://10.0.2.2:PORT`, or with the address of a switch's host.
    public var guestBase: String { "http://\(guestHost):\(server.port)" }

    /// Makes a path answer so from now on.
    public func reply(to path: String, _ reply: Reply) {
        book.state.withLock { $0.replies[path] = reply }
    }

    /// All calls in order.
    public var calls: [Call] {
        book.state.withLock { $0.calls }
    }

    /// All calls to a path, in order.
    public func calls(to path: String) -> [Call] {
        calls.filter { $0.path == path }
    }

    /// All events, in order; a body that is no event is left out.
    public var events: [Event] {
        calls(to: "/events").compactMap { try? JSONDecoder().decode(Event.self, from: Data($0.body)) }
    }

    /// The steps that ended well, in order.
    public var finishedSteps: [String] {
        events.filter { $0.type == "step-finished" }.compactMap(\.step)
    }

    /// All log lines, in order.
    public var log: String {
        calls(to: "/log").map(\.text).joined()
    }

    /// Waits for the first call to a path that is as wanted.
    @discardableResult
    public func waitFor(
        _ path: String, within seconds: Int, where isWanted: @Sendable (Call) -> Bool = { _ in true }
    ) async throws -> Call {
        do {
            return try await eventually("a call to \(path)", within: .seconds(seconds)) {
                self.calls(to: path).first(where: isWanted)
            }
        } catch let failure as LabFailure {
            let seen = calls.map { "\($0.method) \($0.path) \($0.text.prefix(100))" }.suffix(20).joined(separator: "\n")
            throw LabFailure(failure.sentence, context: seen)
        }
    }

    /// Waits for an event that is as wanted.
    @discardableResult
    public func waitForEvent(
        _ what: String, within seconds: Int, where isWanted: @Sendable (Event) -> Bool
    ) async throws -> Event {
        try await eventually("the event “\(what)”", within: .seconds(seconds)) { self.events.first(where: isWanted) }
    }

    /// Stops listening.
    public func stop() async {
        await server.stop()
    }

    /// gzip(1) unpacks it; a body that it cannot read is kept as it came.
    private static func unpack(_ packed: [UInt8]) async -> [UInt8] {
        let path = NSTemporaryDirectory() + "lab-body-\(UUID().uuidString).gz"
        defer { try? FileManager.default.removeItem(atPath: path) }
        guard (try? Data(packed).write(to: URL(fileURLWithPath: path))) != nil,
            let text = try? await HostTool.run(["gzip", "-dc", path])
        else { return packed }
        return Array(text.utf8)
    }
}
