import AsyncHTTPClient
import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import TLSDiagnosis

/// In plain words why a connection could not be made or was lost.
func connectionFailureText(_ error: any Error) -> String {
    if let refusal = CertificateRefusal(error) { return refusal.fault.description }
    switch error {
    case let error as IOError: return String(cString: strerror(error.errnoCode))
    case let error as NIOConnectionError:
        let reasons = error.connectionErrors.map { connectionFailureText($0.error) }
        if let first = reasons.first { return first }
        return "the name \(error.host) cannot be resolved"
    case let error as HTTPClientError:
        switch error {
        case .connectTimeout: return "no connection was made in time"
        case .tlsHandshakeTimeout: return "the TLS handshake took too long"
        case .remoteConnectionClosed: return "the server closed the connection"
        case .readTimeout: return "the server sent nothing in time"
        default: return error.shortDescription
        }
    case NIOSSLError.handshakeFailed(let reason): return handshakeFailureText(String(describing: reason))
    case let error as NIOSSLExtraError: return "the TLS handshake failed: \(error)"
    case is ChannelError: return "the connection was closed"
    default: return String(describing: error)
    }
}

/// - Parameter reason: BoringSSL's words, in which the names of its reasons stand between this and the place in its source.
private func handshakeFailureText(_ reason: String) -> String {
    guard let name = reason.firstRange(of: "OPENSSL_internal:").map({ reason[$0.upperBound...].prefix { $0 != " " } })
    else {
        return reason.contains("EOF")
            ? "the server closed the connection during the TLS handshake" : "the TLS handshake failed: \(reason)"
    }
    switch name {
    case "WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION":
        return "it does not speak TLS 1.2 or later on that port"
    default: return "the TLS handshake failed: \(name.map { $0 == "_" ? " " : $0.lowercased() }.joined())"
    }
}
