import AsyncHTTPClient
import NIOCore
import NIOPosix

/// Why a proxy, which is the peer of every connection by way of it, could not be used, in half a sentence;
/// `nil` when it was not the proxy that failed.
///
/// - Parameter describe: says why a connection to it could not be made.
public func proxyFailureText(_ error: any Error, describe: (any Error) -> String) -> String? {
    if error is NIOConnectionError || error is IOError { return describe(error) }
    return switch error as? HTTPClientError {
    case .proxyAuthenticationRequired: proxyAuthenticationText
    case .invalidProxyResponse: "it does not lead to that server"
    case .httpProxyHandshakeTimeout, .connectTimeout: "it did not answer in time"
    default: nil
    }
}

/// What status 407 means.
public let proxyAuthenticationText = "it wants another user or password than its URL has"
