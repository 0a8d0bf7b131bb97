import ByteCoding
import NetworkTypes

/// By what a server recognises a client (option 61).
public enum DHCPClientIdentifier: Equatable, Sendable {
    /// Hardware type Ethernet and the MAC address (RFC 2132 9.14): the same through reboots and reinstallation, and what
    /// firmware and boot loaders send, so that all stages of a boot get one address.
    case macAddress
    /// The identifier of the interface (IAID) and the DUID made of the MAC address (RFC 4361 6.1, RFC 8415 11.4).
    /// Without an IAID it is the MAC address's last four octets.
    case linkLayerDUID(iaid: UInt32? = nil)
    /// The same with the DUID made of the machine's UUID (RFC 6355 4).
    case uuidDUID(SystemUUID, iaid: UInt32? = nil)

    /// The option's value for the link with this MAC address.
    func octets(for mac: MACAddress) -> [UInt8] {
        switch self {
        case .macAddress: [1] + mac.octets
        case .linkLayerDUID(let iaid): Self.octets(iaid, mac, duid: [0, 3, 0, 1] + mac.octets)
        case .uuidDUID(let uuid, let iaid): Self.octets(iaid, mac, duid: [0, 4] + uuid.octets)
        }
    }

    private static func octets(_ iaid: UInt32?, _ mac: MACAddress, duid: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        writer.append([255])
        if let iaid { writer.bigEndian(iaid) } else { writer.append(mac.octets.suffix(4)) }
        writer.append(duid)
        return writer.bytes
    }
}
