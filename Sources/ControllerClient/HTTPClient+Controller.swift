import AsyncHTTPClient
import Glibc
import NIOCore
import NIOSSL
import TLSDiagnosis

extension HTTPClient.Configuration {
    /// What every call to a controller needs: TLS 1.2 or later, the system's authorities and the extra ones, no
    /// redirects (the token must not travel), and one connection attempt per try: repeating is the policy's business.
    init(controller configuration: ControllerConfiguration) throws(ControllerError) {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.minimumTLSVersion = .tlsv12
        // Without any system authorities, NIOSSL's default fails instead of trusting nobody.
        if TrustAnchors.systemFile == nil { tls.trustRoots = .certificates([]) }
        if let path = configuration.extraAuthorities {
            do {
                tls.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMFile(path))]
            } catch {
                let reason = access(path, R_OK) == 0 ? "it holds no PEM certificate" : "it cannot be read"
                throw .authorities(path: path, reason: reason)
            }
        }
        self.init(
            tlsConfiguration: tls, redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(10), read: nil), connectionPool: .init(idleTimeout: .seconds(60)))
        connectionPool.retryConnectionEstablishment = false
        httpVersion = .http1Only
    }
}
