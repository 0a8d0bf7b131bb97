import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Synchronization

/// A TLS server on a free port of 127.0.0.1 that answers whatever is said to it with one HTTP response, and counts.
public final class TLSServer: Sendable {
    /// What it has seen.
    public struct Counts: Sendable, Equatable {
        /// TCP connections.
        public var connections = 0
        /// TLS handshakes that both sides finished.
        public var handshakes = 0
        /// Bytes of application data that came.
        public var applicationBytes = 0
        /// Connections that are over.
        public var closed = 0

        /// Counts.
        public init(connections: Int = 0, handshakes: Int = 0, applicationBytes: Int = 0, closed: Int = 0) {
            self.connections = connections
            self.handshakes = handshakes
            self.applicationBytes = applicationBytes
            self.closed = closed
        }
    }

    /// The TCP port.
    public let port: Int
    private let listener: any Channel
    private let record: Record

    /// What it has seen until now.
    public var counts: Counts { record.counts.withLock { $0 } }

    /// Starts it with a chain of `TestCertificates`, the server's own first. Without any it accepts connections and says
    /// nothing.
    ///
    /// - Parameter newest: the newest version of TLS that it speaks; `nil` for all there are.
    public init(_ chain: [String], newest: TLSVersion? = nil) async throws {
        let record = Record()
        self.record = record
        let context = try chain.isEmpty ? nil : NIOSSLContext(configuration: Self.configuration(chain, newest: newest))
        listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                record.counts.withLock { $0.connections += 1 }
                channel.closeFuture.whenComplete { _ in record.counts.withLock { $0.closed += 1 } }
                return channel.eventLoop.makeCompletedFuture {
                    guard let context else { return }
                    try channel.pipeline.syncOperations.addHandlers([
                        NIOSSLServerHandler(context: context), Responder(record),
                    ])
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = listener.localAddress?.port ?? 0
    }

    deinit {
        listener.close(promise: nil)
    }

    /// Waits until all connections are over, for at most some seconds: what was sent on them has been counted then.
    public func settled() async throws -> Counts {
        for _ in 0..<300 where counts.closed < counts.connections { try await Task.sleep(for: .milliseconds(10)) }
        return counts
    }

    /// What a server with such a chain is to be set up with.
    public static func configuration(_ chain: [String], newest: TLSVersion? = nil) throws -> TLSConfiguration {
        let certificates = try chain.map {
            NIOSSLCertificateSource.certificate(try NIOSSLCertificate(bytes: Array($0.utf8), format: .pem))
        }
        let key = try NIOSSLPrivateKey(bytes: Array(TestCertificates.serverKey.utf8), format: .pem)
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates, privateKey: .privateKey(key))
        tls.maximumTLSVersion = newest
        return tls
    }
}

private final class Record: Sendable {
    let counts = Mutex(TLSServer.Counts())
}

private final class Responder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let record: Record
    private var hasAnswered = false

    init(_ record: Record) {
        self.record = record
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { record.counts.withLock { $0.handshakes += 1 } }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let count = unwrapInboundIn(data).readableBytes
        record.counts.withLock { $0.applicationBytes += count }
        guard !hasAnswered else { return }
        hasAnswered = true
        let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
        context.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A client that refuses the certificate is what the tests are about.
        context.close(promise: nil)
    }
}
