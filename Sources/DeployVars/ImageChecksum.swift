/// A hash algorithm of images.
public enum ChecksumAlgorithm: String, CaseIterable, Sendable {
    /// SHA-256 (FIPS 180-4).
    case sha256
    /// SHA-512 (FIPS 180-4).
    case sha512

    /// Bytes of a digest.
    public var digestLength: Int { self == .sha256 ? 32 : 64 }
}

/// A digest and the algorithm that made it.
public struct Checksum: Hashable, Sendable, CustomStringConvertible {
    /// The algorithm.
    public let algorithm: ChecksumAlgorithm
    /// As many bytes as the algorithm gives.
    public let digest: [UInt8]

    /// A checksum; `nil` when the digest's length is not the algorithm's.
    public init?(algorithm: ChecksumAlgorithm, digest: [UInt8]) {
        guard digest.count == algorithm.digestLength else { return nil }
        self.algorithm = algorithm
        self.digest = digest
    }

    /// A checksum from hexadecimal digits in either case.
    public init?(algorithm: ChecksumAlgorithm, hex: some StringProtocol) {
        guard hex.utf8.count == 2 * algorithm.digestLength, hex.utf8.allSatisfy(isHexDigit) else { return nil }
        var digest: [UInt8] = []
        var rest = hex[...]
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
            digest.append(byte)
            rest = rest.dropFirst(2)
        }
        self.init(algorithm: algorithm, digest: digest)
    }

    /// A checksum that names its algorithm: `sha256:hex` or `sha512:hex`.
    public init?(_ text: some StringProtocol) {
        guard let colon = text.firstIndex(of: ":"),
            let algorithm = ChecksumAlgorithm(rawValue: text[..<colon].lowercased())
        else { return nil }
        self.init(algorithm: algorithm, hex: text[text.index(after: colon)...])
    }

    /// The digest in lower-case hexadecimal digits.
    public var hex: String { digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }

    /// `sha256:hex`.
    public var description: String { "\(algorithm.rawValue):\(hex)" }
}

/// What an image is to be compared with.
public enum ChecksumSource: Hashable, Sendable {
    /// This digest.
    case digest(Checksum)
    /// The line for the image's file name in a list as sha256sum(1) writes it.
    case list(HTTPURL, ChecksumAlgorithm)
}
