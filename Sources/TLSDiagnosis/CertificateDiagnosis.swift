import LinuxSystem
import NIOCore
import NIOSSL

/// Finds out why a server's certificate was refused, by a second look at it that sends no application data.
///
/// One at work for each failure; the look takes at most some seconds, and its caller waits for it or cancels it.
public struct CertificateDiagnosis: Sendable {
    private let refusal: CertificateRefusal
    private let tls: TLSConfiguration
    private let probe: CertificateProbe

    /// Starts a diagnosis.
    ///
    /// - Parameters:
    ///   - refusal: how the connection failed.
    ///   - host: the name or address in the URL, without user information.
    ///   - port: the TCP port.
    ///   - tls: what the client that failed offers and trusts.
    ///   - limit: how long the server may be asked.
    ///   - group: where to ask it from.
    public init(
        of refusal: CertificateRefusal, host: String, port: Int, tls: TLSConfiguration,
        limit: Duration = .seconds(5), on group: any EventLoopGroup
    ) {
        self.refusal = refusal
        self.tls = tls
        probe = CertificateProbe(host: host, port: port, tls: tls, limit: limit, on: group)
    }

    /// The cause. When the task is cancelled, what is known without the look.
    public var fault: CertificateFault {
        get async {
            let chain = try? await withTaskCancellationHandler {
                try await probe.chain.get()
            } onCancel: {
                probe.cancel()
            }
            return fault(of: chain ?? [])
        }
    }

    /// The cause; blocks its caller, which must not be an event loop or a thread of Swift's cooperative pool.
    public func waitForFault() -> CertificateFault {
        fault(of: (try? probe.chain.wait()) ?? [])
    }

    /// Ends the wait at once.
    public func cancel() {
        probe.cancel()
    }

    private func fault(of chain: [[UInt8]]) -> CertificateFault {
        guard let first = chain.first, let own = try? CertificateFacts(der: first) else { return refusal.fault }
        switch refusal {
        case .name: return .anotherName(own.names)
        case .chain:
            let others = chain.dropFirst().compactMap { try? CertificateFacts(der: $0) }
            let path = CertificatePath(from: own, through: others, anchors: TrustAnchors.facts(of: tls))
            return path.fault(now: SystemClock.now)
        }
    }
}
