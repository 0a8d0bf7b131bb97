import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A TLS handshake that looks at the server's certificates and goes no further.
///
/// It ends by an alert when they have come, before this side has finished the handshake: no application data can be
/// sent, and none would be read. Nothing is verified, so nothing that it learns may be relied on.
final class CertificateProbe: Sendable {
    /// The server's certificates in DER, its own first; none when they did not come in time.
    let chain: EventLoopFuture<[[UInt8]]>
    private let answer: Mutex<EventLoopPromise<[[UInt8]]>?>

    /// Starts the handshake.
    ///
    /// - Parameters:
    ///   - host: a name or an address, as it stands in a URL.
    ///   - tls: what the client offers; its trust anchors are not looked at.
    ///   - limit: how long all may take.
    init(host: String, port: Int, tls: TLSConfiguration, limit: Duration, on group: any EventLoopGroup) {
        let loop = group.next()
        let promise = loop.makePromise(of: [[UInt8]].self)
        chain = promise.futureResult
        answer = Mutex(promise)
        let host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        let timer = loop.scheduleTask(in: TimeAmount(limit)) { self.finish([]) }
        let connection = ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(limit))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = try NIOSSLClientHandler(
                        context: try NIOSSLContext(configuration: Self.probing(tls)),
                        serverHostname: Self.isAddress(host) ? nil : host,
                        customVerificationCallback: { certificates, verdict in
                            self.finish(certificates.compactMap { try? $0.toDERBytes() })
                            verdict.succeed(.failed)
                        })
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .connect(host: host, port: port)
        connection.whenFailure { _ in self.finish([]) }
        connection.whenSuccess { channel in channel.closeFuture.whenComplete { _ in self.finish([]) } }
        chain.whenComplete { _ in
            timer.cancel()
            // The TLS library may be on the stack here, and it must not be entered again.
            loop.execute { connection.whenSuccess { $0.close(promise: nil) } }
        }
    }

    /// Ends it at once; what has not come by now does not come.
    func cancel() {
        finish([])
    }

    private func finish(_ certificates: [[UInt8]]) {
        answer.withLock { $0.take() }?.succeed(certificates)
    }

    private static func probing(_ tls: TLSConfiguration) -> TLSConfiguration {
        var probing = tls
        // Without any verification the callback would not be asked; with it, it alone decides.
        probing.certificateVerification = .noHostnameVerification
        probing.trustRoots = .certificates([])
        probing.additionalTrustRoots = []
        probing.applicationProtocols = ["http/1.1"]
        return probing
    }

    private static func isAddress(_ host: String) -> Bool {
        (try? SocketAddress(ipAddress: host, port: 0)) != nil
    }
}
