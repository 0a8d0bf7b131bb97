import Glibc
import NIOSSL

/// The authorities that a client trusts.
public enum TrustAnchors {
    /// Where the TLS library looks for the system's, in this order.
    public static let systemFiles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"]

    /// The first of these that is there.
    public static var systemFile: String? { systemFiles.first { access($0, R_OK) == 0 } }

    /// Those of a configuration, as far as they can be read one by one; a directory of them cannot.
    static func facts(of configuration: TLSConfiguration) -> [CertificateFacts] {
        var certificates: [NIOSSLCertificate] = []
        switch configuration.trustRoots {
        case .certificates(let list): certificates += list
        case .file(let path): certificates += read(path)
        case .default, nil: certificates += systemFile.map(read) ?? []
        }
        for roots in configuration.additionalTrustRoots {
            switch roots {
            case .certificates(let list): certificates += list
            case .file(let path): certificates += read(path)
            }
        }
        return certificates.compactMap { try? CertificateFacts(der: $0.toDERBytes()) }
    }

    private static func read(_ path: String) -> [NIOSSLCertificate] {
        (try? NIOSSLCertificate.fromPEMFile(path)) ?? []
    }
}
