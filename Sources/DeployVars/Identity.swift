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
        providerID = reader.value(
            .providerID,
            allowed: "it must be one word without quotes, \"$\", \"`\" and backslashes, as the kubelet takes it"
        ) { Self.isKubeletArgument($0) ? $0 : nil }
        let label = "it must be a Kubernetes label: at most 63 letters, digits, \"-\", \"_\" and \".\", not at its ends"
        failureDomain = reader.value(.failureDomain, allowed: label) { Self.isLabelValue($0) ? $0 : nil }
        region = reader.value(.region, allowed: label) { Self.isLabelValue($0) ? $0 : nil }
        instanceID = reader.text(.instanceID)
        provisionID = reader.text(.provisionID)
    }

    /// Whether a text can stand in the kubelet's environment file, which systemd and shells read.
    static func isKubeletArgument(_ text: String) -> Bool {
        !text.isEmpty
            && text.unicodeScalars.allSatisfy { ("!"..."~").contains($0) && !"\"'$`\\".unicodeScalars.contains($0) }
    }

    /// A label's value as Kubernetes takes it ("Labels and Selectors", syntax).
    static func isLabelValue(_ text: String) -> Bool {
        (1...63).contains(text.utf8.count)
            && text.utf8.allSatisfy { isASCIIAlphanumeric($0) || "-_.".utf8.contains($0) }
            && [text.utf8.first, text.utf8.last].allSatisfy { $0.map(isASCIIAlphanumeric) == true }
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
