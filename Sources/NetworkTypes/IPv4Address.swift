/// An IPv4 address.
public struct IPv4Address: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The address as a number, most significant octet first.
    public let rawValue: UInt32

    /// An address from its number: `0x7f000001` is 127.0.0.1.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// An address from exactly four octets in network order.
    public init?(octets: some Collection<UInt8>) {
        guard octets.count == 4 else { return nil }
        rawValue = octets.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// An address in dotted-decimal notation: four numbers from 0 to 255, no leading zeros (RFC 6943 3.1.1).
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                part.count == 1 || part.first != "0", let octet = UInt8(part)
            else { return nil }
            value = value << 8 | UInt32(octet)
        }
        rawValue = value
    }

    /// 0.0.0.0.
    public static let any = IPv4Address(rawValue: 0)
    /// 255.255.255.255, the limited broadcast address.
    public static let broadcast = IPv4Address(rawValue: .max)

    /// The four octets in network order.
    public var octets: [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: rawValue >> UInt32($0)) }
    }

    /// In 127.0.0.0/8 (RFC 1122 3.2.1.3).
    public var isLoopback: Bool { rawValue >> 24 == 127 }
    /// In 169.254.0.0/16 (RFC 3927).
    public var isLinkLocal: Bool { rawValue >> 16 == 0xa9fe }

    /// Dotted-decimal notation.
    public var description: String {
        octets.map { String($0) }.joined(separator: ".")
    }

    /// Numeric order.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
