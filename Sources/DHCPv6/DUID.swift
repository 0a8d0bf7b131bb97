import NetworkTypes

/// By what DHCPv6 tells one client or server from all others (RFC 8415 11).
public struct DUID: Hashable, Sendable, CustomStringConvertible {
    /// Its octets, those of its type first.
    public let octets: [UInt8]

    /// A DUID as it was sent: three to 130 octets.
    public init?(octets: some Collection<UInt8>) {
        guard (3...130).contains(octets.count) else { return nil }
        self.octets = Array(octets)
    }

    /// DUID-LL, from the MAC address of a card: the same through reboots and reinstallation (RFC 8415 11.4).
    public init(mac: MACAddress) {
        // Type 3, hardware type 1: Ethernet.
        octets = [0, 3, 0, 1] + mac.octets
    }

    /// DUID-UUID, from sixteen octets in network order (RFC 6355). UEFI firmware uses the machine's UUID when it boots
    /// from the network; with the same the agent is the same client to the server.
    public init?(uuid: some Collection<UInt8>) {
        guard uuid.count == 16 else { return nil }
        octets = [0, 4] + uuid
    }

    /// Lower-case hexadecimal pairs with colons.
    public var description: String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
    }
}
