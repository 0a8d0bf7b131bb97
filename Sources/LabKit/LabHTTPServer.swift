import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// A small HTTP/1.1 server that can also behave badly. Guests on QEMU's user network reach it as 10.0.2.2, guests on a
/// `LabSwitch` by that one's host address.
final class LabHTTPServer: Sendable {
    /// A request, read whole.
    struct Request: Sendable {
        let method: HTTPMethod
        let uri: String
        let headers: HTTPHeaders
        let body: [UInt8]

        /// The URI without its query.
        var path: String {
            uri.split(separator: "?", maxSplits: 1).first.map(String.init) ?? uri
        }
    }

    /// An answer: the head as it is sent, and how its body goes out.
    struct Answer: Sendable {
        /// How the sending stops.
        enum End: Sendable {
            /// All was sent; the connection stays for the next request.
            case complete
            /// The connection is closed (FIN).
            case closed
            /// The connection is reset (RST).
            case reset
            /// Nothing more is sent, and the connection stays open.
            case stalled
        }

        var status: HTTPResponseStatus
        var headers = HTTPHeaders()
        /// The body as sent, whatever the head says.
        var body = Body.bytes([])
        var bytesPerSecond: Int?
        var end = End.complete
    }

    /// Where a body's bytes come from.
    enum Body: Sendable {
        case bytes([UInt8])
        case file(path: String, range: Range<Int>)

        var count: Int {
            switch self {
            case .bytes(let bytes): bytes.count
            case .file(_, let range): range.count
            }
        }
    }

    private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    /// The TCP port.
    let port: Int
    private let listener: any Channel
    private let task: Task<Void, Never>

    /// Listens on a free port: of 127.0.0.1, or of a network namespace's addresses.
    init(in namespace: String? = nil, _ respond: @escaping @Sendable (Request) async -> Answer) async throws {
        let listening = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 64)
            .bind(try await ListeningSocket.open(in: namespace)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: false)
                    return try Connection(wrappingChannelSynchronously: channel)
                }
            }
        listener = listening.channel
        port = listening.channel.localAddress?.port ?? 0
        task = Task {
            try? await listening.executeThenClose { connections in
                await withDiscardingTaskGroup { group in
                    do {
                        for try await connection in connections {
                            group.addTask { await Self.serve(connection, respond) }
                        }
                    } catch {
                        // The listener is closed: the lab is being cleared away.
                    }
                    group.cancelAll()
                }
            }
        }
    }

    deinit {
        task.cancel()
        listener.close(promise: nil)
    }

    /// Stops listening and drops all connections.
    func stop() async {
        task.cancel()
        try? await listener.close().get()
        await task.value
    }

    private static func serve(_ connection: Connection, _ respond: @Sendable (Request) async -> Answer) async {
        // A guest that loses its power leaves errors here; they are no concern of the test's.
        try? await connection.executeThenClose { inbound, _ in
            var parts = inbound.makeAsyncIterator()
            while let part = try await parts.next() {
                guard case .head(let head) = part else { continue }
                var body: [UInt8] = []
                receiving: while let part = try await parts.next() {
                    switch part {
                    case .body(let buffer): body += buffer.readableBytesView
                    case .head, .end: break receiving
                    }
                }
                let request = Request(method: head.method, uri: head.uri, headers: head.headers, body: body)
                let answer = await respond(request)
                try await send(answer, to: request, keepAlive: head.isKeepAlive, connection.channel)
                if !head.isKeepAlive { return }
            }
        }
    }

    private static func send(
        _ answer: Answer, to request: Request, keepAlive: Bool, _ channel: any Channel
    ) async throws {
        // Every write waits until the kernel has it, so that a close after it loses nothing.
        var headers = answer.headers
        if !headers.contains(name: "Content-Length") {
            headers.add(name: "Content-Length", value: String(answer.body.count))
        }
        headers.replaceOrAdd(name: "Connection", value: keepAlive ? "keep-alive" : "close")
        try await write(.head(HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)), channel)
        if request.method != .HEAD { try await sendBody(answer, channel) }
        switch answer.end {
        case .complete:
            try await write(.end(nil), channel)
        case .closed:
            try await channel.close()
        case .reset:
            try await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
            try await channel.close()
        case .stalled:
            while channel.isActive { try await Task.sleep(for: .milliseconds(200)) }
        }
    }

    private static func write(_ part: HTTPServerResponsePart, _ channel: any Channel) async throws {
        try await channel.writeAndFlush(part).get()
    }

    private static func sendBody(_ answer: Answer, _ channel: any Channel) async throws {
        let start = ContinuousClock.now
        // Slow bodies go out in eighths of a second, fast ones in pieces that keep a guest's TCP window full.
        let piece = answer.bytesPerSecond.map { max($0 / 8, 1) } ?? 256 << 10
        let source = try BodySource(answer.body)
        var sent = 0
        while let bytes = try source.next(piece) {
            try await write(.body(.byteBuffer(ByteBuffer(bytes: bytes))), channel)
            sent += bytes.count
            if let rate = answer.bytesPerSecond {
                try await Task.sleep(until: start + .seconds(Double(sent) / Double(rate)), clock: .continuous)
            }
        }
    }
}

/// Reads a body piece by piece.
private final class BodySource {
    private var rest: [UInt8] = []
    private var offset = 0
    private var remaining: Int
    private let handle: FileHandle?

    init(_ body: LabHTTPServer.Body) throws {
        remaining = body.count
        switch body {
        case .bytes(let bytes):
            rest = bytes
            handle = nil
        case .file(let path, let range):
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            try file.seek(toOffset: UInt64(range.lowerBound))
            handle = file
        }
    }

    func next(_ most: Int) throws -> [UInt8]? {
        let count = min(most, remaining)
        guard count > 0 else { return nil }
        remaining -= count
        if let handle { return try handle.read(upToCount: count).map(Array.init) }
        defer { offset += count }
        return Array(rest[offset..<offset + count])
    }
}
