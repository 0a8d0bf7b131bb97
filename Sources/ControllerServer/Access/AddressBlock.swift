import NetworkTypes

extension IPAddress {
    /// A socket's peer in text form; a zone (`%eth0`) is left out. An IPv4 address that is mapped into IPv6 counts as the
    /// IPv4 address it is.
    init?(peer text: some StringProtocol) {
        guard let address = IPAddress(text.prefix { $0 != "%" }) else { return nil }
        self = address.unmapped
    }
}

/// A block of addresses in CIDR notation: `10.0.0.0/8`, `2001:db8::/32`; a bare address is a block of one.
public struct AddressBlock: Hashable, Sendable {
    /// An address in the block.
    public let address: IPAddress
    /// Leading bits that all its addresses share.
    public let length: Int

    /// Reads CIDR notation.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(peer: first), !first.contains("%") else { return nil }
        let bits = address.octets.count * 8
        switch parts.count {
        case 1: length = bits
        case 2:
            guard parts[1].allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(parts[1]), number <= bits else {
                return nil
            }
            length = number
        default: return nil
        }
        self.address = address
    }

    private init(_ address: IPAddress, _ length: Int) {
        self.address = address
        self.length = length
    }

    /// This host: 127.0.0.0/8 and ::1.
    public static let loopback = [
        IPAddress("127.0.0.0").map { AddressBlock($0, 8) }, IPAddress("::1").map { AddressBlock($0, 128) },
    ].compactMap(\.self)

    /// Whether an address lies in the block. Blocks of one family hold no address of the other.
    public func contains(_ other: IPAddress) -> Bool {
        let mine = address.octets
        let theirs = other.octets
        guard mine.count == theirs.count else { return false }
        return zip(mine, theirs).enumerated().allSatisfy { index, pair in
            let bits = min(max(length - index * 8, 0), 8)
            return (pair.0 ^ pair.1) >> (8 - UInt8(bits)) == 0 || bits == 0
        }
    }
}
