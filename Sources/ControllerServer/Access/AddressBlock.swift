import NetworkTypes

/// An address of either family, as a socket's peer has it.
public enum PeerAddress: Hashable, Sendable, CustomStringConvertible {
    case v4(IPv4Address)
    case v6(IPv6Address)

    /// An address in text form, without prefix length; a zone (`%eth0`) is left out. An IPv4 address that is mapped into
    /// IPv6 (RFC 4291 2.5.5.2) counts as the IPv4 address it is.
    public init?(_ text: some StringProtocol) {
        let bare = text.prefix { $0 != "%" }
        if let address = IPv4Address(bare) {
            self = .v4(address)
        } else if let address = IPv6Address(bare) {
            let octets = address.octets
            if octets.prefix(10).allSatisfy({ $0 == 0 }), octets[10] == 0xff, octets[11] == 0xff,
                let mapped = IPv4Address(octets: octets.suffix(4))
            {
                self = .v4(mapped)
            } else {
                self = .v6(address)
            }
        } else {
            return nil
        }
    }

    /// The canonical text form.
    public var description: String {
        switch self {
        case .v4(let address): address.description
        case .v6(let address): address.description
        }
    }

    var octets: [UInt8] {
        switch self {
        case .v4(let address): address.octets
        case .v6(let address): address.octets
        }
    }
}

/// A block of addresses in CIDR notation: `10.0.0.0/8`, `2001:db8::/32`; a bare address is a block of one.
public struct AddressBlock: Hashable, Sendable {
    /// An address in the block.
    public let address: PeerAddress
    /// Leading bits that all its addresses share.
    public let length: Int

    /// Reads CIDR notation.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, let address = PeerAddress(first), !first.contains("%") else { return nil }
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

    private init(_ address: PeerAddress, _ length: Int) {
        self.address = address
        self.length = length
    }

    /// This host: 127.0.0.0/8 and ::1.
    public static let loopback = [
        PeerAddress("127.0.0.0").map { AddressBlock($0, 8) }, PeerAddress("::1").map { AddressBlock($0, 128) },
    ].compactMap(\.self)

    /// Whether an address lies in the block. Blocks of one family hold no address of the other.
    public func contains(_ other: PeerAddress) -> Bool {
        let mine = address.octets
        let theirs = other.octets
        guard mine.count == theirs.count else { return false }
        return zip(mine, theirs).enumerated().allSatisfy { index, pair in
            let bits = min(max(length - index * 8, 0), 8)
            return (pair.0 ^ pair.1) >> (8 - UInt8(bits)) == 0 || bits == 0
        }
    }
}
