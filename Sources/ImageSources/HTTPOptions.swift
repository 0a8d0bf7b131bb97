import Diagnostics
import HTTPProxies

/// How images are fetched over http and https.
public struct HTTPOptions: Sendable {
    /// Header fields to send with every request to the origin in the URL, and to no other.
    public var headers: Secret<[Field]> = Secret([])
    /// A file in the form of `~/.docker/config.json` with the credentials for registries.
    public var registryCredentials: String?
    /// Whether registries that do not speak TLS, and what they need to know, may be reached in clear over a network.
    public var allowsInsecureTransport = false
    /// The proxies on the way to servers.
    public var proxies = ProxySettings()
    /// A PEM file with trust anchors beside the system's.
    public var extraTrustRoots: String?
    /// A PEM file with the system's trust anchors.
    public var systemTrustRoots = "/etc/ssl/certs/ca-certificates.crt"
    /// How long a TCP connection and its TLS handshake may take.
    public var connectTimeout = Duration.seconds(10)
    /// How long the server may send nothing while something is wanted from it.
    public var stallTimeout = Duration.seconds(30)
    /// How often in a row reading on after a lost connection is tried without a byte coming.
    public var resumeAttempts = 10
    /// Fewer bytes a second, over as long as the server may send nothing, and the connection is taken for one that will
    /// not recover.
    public var crawlingRate = 1024
    /// Whether a digest over the whole image is compared in the end, so that mirrors of the same length count as one.
    public var isVerified = false
    /// Told in a sentence each time that reading on is tried.
    public var notice: @Sendable (String) -> Void = { _ in }
    /// How long to wait between attempts.
    var backoff = Backoff()
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
