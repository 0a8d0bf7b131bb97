import NIOPosix
import NIOSSL

/// That a connection failed for its server's certificate, as far as the TLS library tells.
public enum CertificateRefusal: Hashable, Sendable {
    /// The chain does not verify: for its authority, its dates or anything else.
    case chain
    /// The chain verifies, but the certificate is for another name.
    case name

    /// Reads what AsyncHTTPClient and NIO threw; `nil` for every other failure.
    public init?(_ error: any Error) {
        switch error {
        case let error as NIOConnectionError:
            // One attempt per address; the first is the one the system prefers.
            guard let first = error.connectionErrors.first else { return nil }
            self.init(first.error)
        case let error as NIOSSLExtraError where error == .failedToValidateHostname: self = .name
        // The library tells its reasons as text only.
        case is NIOSSLError, is BoringSSLError:
            guard String(describing: error).contains("CERTIFICATE_VERIFY_FAILED") else { return nil }
            self = .chain
        default: return nil
        }
    }

    /// What can be said without another look at the certificate.
    public var fault: CertificateFault {
        switch self {
        case .chain: .unexplained
        case .name: .anotherName([])
        }
    }
}
