import Glibc

/// An IPv6 address.
public struct IPv6Address: Hashable, Sendable, CustomStringConvertible {
    /// The sixteen octets in network order.
    public let octets: [UInt8]

    /// An address from exactly sixteen octets.
    public init?(octets: some Collection<UInt8>) {
        guard octets.count == 16 else { return nil }
        self.octets = Array(octets)
    }

    /// An address in text form (RFC 4291 2.2), read by inet_pton(3).
    public init?(_ text: some StringProtocol) {
        var raw = in6_addr()
        guard inet_pton(AF_INET6, String(text), &raw) == 1 else { return nil }
        octets = withUnsafeBytes(of: raw) { Array($0) }
    }

    /// The addresses that stand one after another in a message, sixteen octets each; octets over are passed over.
    public static func list(_ octets: ArraySlice<UInt8>) -> [IPv6Address] {
        var rest = octets
        var addresses: [IPv6Address] = []
        while let address = IPv6Address(octets: rest.prefix(16)) {
            addresses.append(address)
            rest = rest.dropFirst(16)
        }
        return addresses
    }

    /// ::, the unspecified address (RFC 4291 2.5.2).
    public static let any = IPv6Address(zeros: ())

    private init(zeros: Void) {
        octets = Array(repeating: 0, count: 16)
    }

    /// In 2000::/3, the space of global unicast addresses (RFC 4291 2.4), or in fc00::/7 (unique local, RFC 4193).
    public var isGlobal: Bool { octets[0] & 0xe0 == 0x20 || octets[0] & 0xfe == 0xfc }
    /// In fe80::/10 (RFC 4291 2.5.6).
    public var isLinkLocal: Bool { octets[0] == 0xfe && octets[1] & 0xc0 == 0x80 }
    /// In ff00::/8 (RFC 4291 2.7).
    public var isMulticast: Bool { octets[0] == 0xff }
    /// ::1.
    public var isLoopback: Bool { octets.dropLast().allSatisfy { $0 == 0 } && octets[15] == 1 }

    /// The canonical text form (RFC 5952), by inet_ntop(3).
    public var description: String {
        var text = [UInt8](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let length = text.withUnsafeMutableBytes { buffer -> Int in
            let pointer = buffer.assumingMemoryBound(to: CChar.self).baseAddress
            guard let pointer, inet_ntop(AF_INET6, octets, pointer, socklen_t(buffer.count)) != nil else { return 0 }
            return strlen(pointer)
        }
        return String(decoding: text[..<length], as: UTF8.self)
    }
}
