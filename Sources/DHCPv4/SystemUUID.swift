/// The UUID that a machine's firmware gives it (SMBIOS type 1, "system").
public struct SystemUUID: Hashable, Sendable, CustomStringConvertible {
    /// The sixteen octets in the order in which they are written (RFC 4122 4.1.2).
    public let octets: [UInt8]

    /// A UUID as `/sys/class/dmi/id/product_uuid` has it: 8-4-4-4-12 hexadecimal digits.
    public init?(_ text: some StringProtocol) {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12] else { return nil }
        let digits = groups.joined().utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 32 else { return nil }
        octets = stride(from: 0, to: 32, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    /// The octets as they lie in the firmware's table: the first three fields have their low octet first (SMBIOS 7.2.1).
    /// PXE firmware sends them so.
    public var firmwareOctets: [UInt8] {
        octets[0..<4].reversed() + octets[4..<6].reversed() + octets[6..<8].reversed() + octets[8...]
    }

    /// 8-4-4-4-12 hexadecimal digits in lower case.
    public var description: String {
        let digits = octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        return [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { digits[$0].joined() }.joined(separator: "-")
    }
}
