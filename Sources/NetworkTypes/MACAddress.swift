/// A 48-bit IEEE 802 MAC address.
public struct MACAddress: Hashable, Sendable, CustomStringConvertible {
    /// The six octets in transmission order.
    public let octets: [UInt8]

    /// An address from exactly six octets.
    public init?(octets: some Collection<UInt8>) {
        guard octets.count == 6 else { return nil }
        self.octets = Array(octets)
    }

    /// Six pairs of hexadecimal digits, separated by colons or by hyphens: `52:54:00:12:34:56`, `52-54-00-12-34-56`.
    public init?(_ text: some StringProtocol) {
        let separator: Character = text.contains("-") ? "-" : ":"
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        guard parts.count == 6 else { return nil }
        var octets: [UInt8] = []
        for part in parts {
            guard part.utf8.count == 2, part.allSatisfy({ $0.isASCII && $0.isHexDigit }),
                let octet = UInt8(part, radix: 16)
            else { return nil }
            octets.append(octet)
        }
        self.octets = octets
    }

    /// ff:ff:ff:ff:ff:ff.
    public static let broadcast = MACAddress(repeating: 0xff)
    /// 00:00:00:00:00:00, which no NIC has.
    public static let zero = MACAddress(repeating: 0)

    private init(repeating octet: UInt8) {
        octets = Array(repeating: octet, count: 6)
    }

    /// Lower-case hexadecimal pairs with colons.
    public var description: String { text(separator: ":") }
    /// Lower-case hexadecimal pairs with hyphens, as in file names and boot URLs.
    public var hyphenated: String { text(separator: "-") }

    private func text(separator: String) -> String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: separator)
    }
}
