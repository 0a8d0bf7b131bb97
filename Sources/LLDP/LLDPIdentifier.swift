import NetworkTypes

/// The name by which a chassis, or a port of one, is recognised: chassis ID and port ID (IEEE 802.1AB 8.5.2, 8.5.3).
public struct LLDPIdentifier: Hashable, Sendable, CustomStringConvertible {
    /// What kind of name it is.
    public enum Kind: Hashable, Sendable {
        /// `entPhysicalAlias` of a chassis.
        case chassisComponent
        /// `ifAlias`: what the switch's administrator calls the interface.
        case interfaceAlias
        /// `entPhysicalAlias` of a port or of the backplane.
        case portComponent
        /// A MAC address.
        case macAddress
        /// An address of some network protocol.
        case networkAddress
        /// `ifName`, such as `Ethernet1/7`.
        case interfaceName
        /// The circuit ID of a DHCP relay agent (RFC 3046).
        case agentCircuitID
        /// Whatever the switch's maker chose.
        case local
        /// A reserved subtype.
        case reserved(UInt8)
    }

    /// What kind of name it is.
    public let kind: Kind
    /// The name's octets as they were sent: 1 to 255.
    public let octets: [UInt8]
    /// The name as text: an address in its usual form, printable text as it is, anything else in hexadecimal.
    public let text: String

    init(kind: Kind, octets: some Collection<UInt8>) {
        self.kind = kind
        self.octets = Array(octets)
        text = Self.text(kind, self.octets)
    }

    /// The text.
    public var description: String { text }

    /// A chassis ID's kind by its subtype (table 8-2).
    static func chassisKind(_ subtype: UInt8) -> Kind {
        switch subtype {
        case 1: .chassisComponent
        case 2: .interfaceAlias
        case 3: .portComponent
        case 4: .macAddress
        case 5: .networkAddress
        case 6: .interfaceName
        case 7: .local
        default: .reserved(subtype)
        }
    }

    /// A port ID's kind by its subtype (table 8-3), which are not those of a chassis ID.
    static func portKind(_ subtype: UInt8) -> Kind {
        switch subtype {
        case 1: .interfaceAlias
        case 2: .portComponent
        case 3: .macAddress
        case 4: .networkAddress
        case 5: .interfaceName
        case 6: .agentCircuitID
        case 7: .local
        default: .reserved(subtype)
        }
    }

    private static func text(_ kind: Kind, _ octets: [UInt8]) -> String {
        switch kind {
        case .macAddress:
            return MACAddress(octets: octets)?.description ?? hexadecimalText(octets)
        case .networkAddress:
            return networkAddress(octets)?.description ?? hexadecimalText(octets)
        case .chassisComponent, .interfaceAlias, .portComponent, .interfaceName:
            return printableText(octets) ?? hexadecimalText(octets)
        case .agentCircuitID, .local, .reserved:
            // Some send binary here; a few sensible letters among it would tell less than the octets.
            let isText =
                octets.allSatisfy { $0 >= 0x20 && $0 != 0x7f } && String(validating: octets, as: UTF8.self) != nil
            return (isText ? printableText(octets) : nil) ?? hexadecimalText(octets)
        }
    }
}

/// An IP address behind the number of its family (IANA address family numbers: 1 is IPv4, 2 is IPv6).
func networkAddress(_ octets: some Collection<UInt8>) -> IPAddress? {
    let address = octets.dropFirst()
    switch octets.first {
    case 1: return IPv4Address(octets: address).map(IPAddress.v4)
    case 2: return IPv6Address(octets: address).map(IPAddress.v6)
    default: return nil
    }
}
