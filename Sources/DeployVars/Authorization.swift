import Diagnostics

/// How the agent proves to the controller who it is.
public struct Authorization: Equatable, Sendable {
    /// The algorithms of a token exchange.
    public enum TokenAlgorithm: String, CaseIterable, Sendable {
        /// RSA with SHA-256 (RFC 7518 3.3).
        case rs256
        /// ECDSA on P-256 with SHA-256 (RFC 7518 3.4).
        case es256
    }

    /// The bearer token. Send it only where `DeployVars.token(for:)` allows.
    public var token: Secret<String>?
    /// Where to exchange it.
    public var tokenURL: HTTPURL?
    /// How the exchange is signed.
    public var tokenAlgorithm = TokenAlgorithm.rs256
    /// Whether the token may cross the network in clear.
    public var allowsInsecureTransport = false

    /// No token.
    public init() {}

    init(_ reader: inout VarsReader) {
        token = reader.value(.token, allowed: "it must be visible ASCII characters without blanks (RFC 6750 2.1)") {
            text in text.utf8.allSatisfy { (0x21...0x7e).contains($0) } ? Secret(text) : nil
        }
        tokenURL = reader.url(.tokenURL)
        tokenAlgorithm = reader.choice(.tokenAlgorithm, default: .rs256)
        allowsInsecureTransport = reader.boolean(.insecureTransport, default: false)
    }

    /// Whether the token may be sent to this URL as far as the transport goes.
    public func allowsToken(to url: HTTPURL) -> Bool { allowsInsecureTransport || url.isPrivateTransport }
}
