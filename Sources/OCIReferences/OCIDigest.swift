/// The SHA-256 digest by which a registry names a manifest or a layer (OCI image specification, "Digests").
public struct OCIDigest: Sendable, Hashable, CustomStringConvertible {
    /// `sha256:` and 64 hexadecimal digits in lower case.
    public let description: String

    /// A digest in its text form; `nil` for anything else, and for other algorithms.
    public init?(_ text: some StringProtocol) {
        let prefix = "sha256:"
        let digits = text.dropFirst(prefix.count)
        guard text.hasPrefix(prefix), digits.utf8.count == 64,
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        description = String(text)
    }

    /// A digest from its 32 bytes.
    public init(sha256 bytes: some Sequence<UInt8>) {
        description = bytes.reduce(into: "sha256:") { $0 += ($1 < 16 ? "0" : "") + String($1, radix: 16) }
    }
}
