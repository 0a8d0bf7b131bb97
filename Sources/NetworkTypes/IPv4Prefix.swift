/// An IPv4 address together with the length of its network's prefix, such as 192.0.2.7/24.
public struct IPv4Prefix: Hashable, Sendable, CustomStringConvertible {
    /// The address; bits beyond the prefix are kept.
    public let address: IPv4Address
    /// Leading bits that name the network: 0 to 32.
    public let length: UInt8

    /// A prefix; `nil` when the length is over 32.
    public init?(address: IPv4Address, length: UInt8) {
        guard length <= 32 else { return nil }
        self.address = address
        self.length = length
    }

    /// CIDR notation, `192.0.2.7/24` (RFC 4632 3.1). The length must be there.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPv4Address(parts[0]), (1...2).contains(parts[1].count),
            parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = UInt8(parts[1])
        else { return nil }
        self.init(address: address, length: length)
    }

    /// A prefix from a netmask; `nil` unless its ones are contiguous.
    public init?(address: IPv4Address, netmask: IPv4Address) {
        let inverse = ~netmask.rawValue
        guard inverse & (inverse &+ 1) == 0 else { return nil }
        self.address = address
        length = UInt8(netmask.rawValue.nonzeroBitCount)
    }

    /// The netmask, such as 255.255.255.0.
    public var netmask: IPv4Address {
        IPv4Address(rawValue: length == 0 ? 0 : UInt32.max << (32 - UInt32(length)))
    }

    /// The network's own address: all bits beyond the prefix zero.
    public var network: IPv4Address {
        IPv4Address(rawValue: address.rawValue & netmask.rawValue)
    }

    /// The network's directed broadcast address: all bits beyond the prefix one.
    public var broadcast: IPv4Address {
        IPv4Address(rawValue: address.rawValue | ~netmask.rawValue)
    }

    /// Whether an address lies in this network.
    public func contains(_ other: IPv4Address) -> Bool {
        other.rawValue & netmask.rawValue == network.rawValue
    }

    /// CIDR notation.
    public var description: String { "\(address)/\(length)" }
}
