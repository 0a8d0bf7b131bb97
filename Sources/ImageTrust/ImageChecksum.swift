/// A check sum that an image is to have.
public struct ImageChecksum: Hashable, Sendable, CustomStringConvertible {
    /// How it is computed (FIPS 180-4).
    public enum Algorithm: String, Sendable, CaseIterable {
        case sha256, sha512

        /// Hexadecimal digits of a digest.
        public var digits: Int { self == .sha256 ? 64 : 128 }
    }

    /// How it is computed.
    public let algorithm: Algorithm
    /// Lower-case hexadecimal digits.
    public let hex: String

    /// A check sum; `nil` unless `hex` has the algorithm's number of hexadecimal digits, of any case.
    public init?(_ algorithm: Algorithm, hex: some StringProtocol) {
        guard hex.utf8.count == algorithm.digits, hex.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
        self.algorithm = algorithm
        self.hex = hex.lowercased()
    }

    /// A check sum from `sha256:HEX` or `sha512:HEX`.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, let algorithm = Algorithm(rawValue: parts[0].lowercased()) else { return nil }
        self.init(algorithm, hex: parts[1])
    }

    /// `sha256:HEX` or `sha512:HEX`.
    public var description: String { "\(algorithm.rawValue):\(hex)" }
}

extension ImageChecksum.Algorithm: CustomStringConvertible {
    /// The name with its usual hyphen.
    public var description: String { self == .sha256 ? "SHA-256" : "SHA-512" }
}
