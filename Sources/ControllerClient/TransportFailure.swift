import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL
import TLSDiagnosis

/// Why no answer came back, in the words of the layer that failed.
public enum TransportFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The name has no address, or no name server answered.
    case nameNotFound
    /// Nothing listens there.
    case connectionRefused
    /// There is no route, or a router said so.
    case unreachable
    /// The proxy on the way to it does not lead there.
    case proxy(String, key: String, reason: String)
    /// Nothing came within the time limit.
    case timedOut
    /// The peer closed or reset the connection before it answered.
    case connectionLost
    /// The peer's certificate is refused.
    case certificate(CertificateFault)
    /// The peer does not speak TLS, or no version in common.
    case noTLS
    /// Anything else, by the type of the error; its text may quote the URL and is left out.
    case other(String)

    /// Half a sentence that follows "because".
    public var description: String {
        switch self {
        case .nameNotFound: "its name could not be resolved"
        case .connectionRefused: "the connection was refused"
        case .unreachable: "there is no route to it"
        case .proxy(let proxy, _, let reason): "the proxy \(proxy) does not lead to it: \(reason)"
        case .timedOut: "it did not answer in time"
        case .connectionLost: "it closed the connection before it answered"
        case .certificate(let fault): fault.description
        case .noTLS: "it does not speak TLS 1.2 or later on that port"
        case .other(let kind): "the call failed with \(kind)"
        }
    }

    /// What to try.
    var advice: String {
        switch self {
        case .proxy(_, let key, _):
            "check \(key) and that the proxy runs, or name the controller in NO_PROXY if there is a direct way to it"
        case .nameNotFound: "check the name servers this machine was given, or use an address in the URL"
        case .connectionRefused: "check that the controller runs and that the port in the URL is right"
        case .unreachable, .timedOut:
            "check the default route, VLAN and firewall between this machine and the controller"
        case .connectionLost: "look at the controller's log"
        case .certificate(let fault): fault.advice
        case .noTLS: "check scheme and port of the URL"
        case .other: ""
        }
    }

    /// Reads what AsyncHTTPClient and NIO threw.
    init(_ error: any Error) {
        if let refusal = CertificateRefusal(error) {
            self = .certificate(refusal.fault)
            return
        }
        switch error {
        case let error as TransportFailure: self = error
        case let error as HTTPClientError: self = Self.reading(error)
        case let error as NIOConnectionError: self = Self.reading(error)
        case let error as IOError: self = Self.reading(errno: error.errnoCode)
        case let error as ChannelError:
            if case .connectTimeout = error { self = .timedOut } else { self = .connectionLost }
        case let error as NIOSSLError: self = Self.reading(tls: String(describing: error))
        case let error as BoringSSLError: self = Self.reading(tls: String(describing: error))
        case is SocketAddressError: self = .nameNotFound
        default: self = .other(String(describing: type(of: error)))
        }
    }

    private static func reading(_ error: HTTPClientError) -> TransportFailure {
        switch error {
        case .connectTimeout, .deadlineExceeded, .readTimeout, .writeTimeout, .getConnectionFromPoolTimeout,
            .tlsHandshakeTimeout:
            .timedOut
        case .remoteConnectionClosed, .uncleanShutdown: .connectionLost
        default: .other("HTTPClientError.\(error.shortDescription)")
        }
    }

    private static func reading(_ error: NIOConnectionError) -> TransportFailure {
        // One attempt per address; the first is the one the system prefers.
        if let first = error.connectionErrors.first { return TransportFailure(first.error) }
        return .nameNotFound
    }

    private static func reading(errno code: Int32) -> TransportFailure {
        switch code {
        case ECONNREFUSED: .connectionRefused
        case EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN, EADDRNOTAVAIL: .unreachable
        case ETIMEDOUT: .timedOut
        case ECONNRESET, ECONNABORTED, EPIPE: .connectionLost
        default: .other("errno \(code)")
        }
    }

    private static func reading(tls text: String) -> TransportFailure {
        text.contains("uncleanShutdown") || text.contains("readInInvalidTLSState") ? .connectionLost : .noTLS
    }
}
