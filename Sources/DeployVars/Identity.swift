/// What the machine is to be called.
public struct Identity: Equatable, Sendable {
    /// The host name of the installed system.
    public var hostname: String?
    /// The Kubernetes provider id.
    public var providerID: String?
    /// The failure domain, such as a rack or a zone.
    public var failureDomain: String?
    /// The region.
    public var region: String?
    /// The NoCloud instance id as given; see `DeployVars.instanceID`.
    public var instanceID: String?
    /// Unique for each order to provision.
    public var provisionID: String?

    /// Nothing known.
    public init() {}

    init(_ reader: inout VarsReader) {
        hostname = reader.value(
            .hostname, allowed: "it must be a DNS name of letters, digits, hyphens and dots (RFC 1123)"
        ) { Self.isHostname($0) ? $0 : nil }
        providerID = reader.text(.providerID)
        failureDomain = reader.text(.failureDomain)
        region = reader.text(.region)
        instanceID = reader.text(.instanceID)
        provisionID = reader.text(.provisionID)
    }

    static func isHostname(_ text: some StringProtocol) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return text.utf8.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy { isASCIIAlphanumeric($0) || $0 == UInt8(ascii: "-") }
            }
    }
}
