import Diagnostics

/// How images are fetched over http and https.
public struct HTTPOptions: Sendable {
    /// Header fields to send with every request to the origin in the URL, and to no other.
    public var headers: Secret<[Field]> = Secret([])
    /// A PEM file with trust anchors beside the system's.
    public var extraTrustRoots: String?
    /// A PEM file with the system's trust anchors.
    public var systemTrustRoots = "/etc/ssl/certs/ca-certificates.crt"
    /// How long a TCP connection and its TLS handshake may take.
    public var connectTimeout = Duration.seconds(10)
    /// How long the server may send nothing while something is wanted from it.
    public var stallTimeout = Duration.seconds(30)
    /// How often in a row reading on after a lost connection is tried without a byte coming.
    public var resumeAttempts = 3
    /// `User-Agent`.
    public var userAgent = "martlet"

    /// One header field.
    public struct Field: Sendable, Equatable {
        /// Its name.
        public let name: String
        /// Its value.
        public let value: String

        /// A field.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The defaults.
    public init() {}
}
