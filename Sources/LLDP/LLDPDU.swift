import ByteCoding
import NetworkTypes

/// What a system sends to whoever is at the other end of its cable (IEEE 802.1AB 8): an LLDP data unit.
public struct LLDPDU: Equatable, Sendable {
    /// The chassis.
    public let chassisID: LLDPIdentifier
    /// The port that sent it.
    public let portID: LLDPIdentifier
    /// Seconds for which it holds; 0 when the port goes out of service.
    public let ttlSeconds: UInt16
    /// What the administrator calls the port.
    public private(set) var portDescription: String?
    /// The system's name.
    public private(set) var systemName: String?
    /// Make, model and software.
    public private(set) var systemDescription: String?
    /// What the system could be.
    public private(set) var capabilities: LLDPCapabilities?
    /// What it is.
    public private(set) var enabledCapabilities: LLDPCapabilities?
    /// The IP addresses at which it is managed, in the order of sending.
    public private(set) var managementAddresses: [IPAddress] = []
    /// The VLAN of untagged frames, 1 to 4094 (IEEE 802.1Q D.2.1).
    public private(set) var portVLAN: UInt16?
    /// The VLANs that the port names (IEEE 802.1Q D.2.3), each once, in the order of sending.
    public private(set) var vlans: [LLDPVLAN] = []
    /// Whether the port is bundled with others.
    public private(set) var aggregation: LLDPAggregation?
    /// The largest frame in bytes, header and checksum included (IEEE 802.3 79.3.4).
    public private(set) var maximumFrameSize: UInt16?

    /// Bytes beyond which no data unit is read: an ordinary Ethernet frame's payload.
    public static let maximumSize = 1500

    /// Whether the port says goodbye (IEEE 802.1AB 9.1.2.2).
    public var isShutdown: Bool { ttlSeconds == 0 }

    /// Reads a data unit: the payload of an Ethernet frame, with or without padding.
    ///
    /// A malformed or unknown part is passed over unless it is one of the three that must be there, as IEEE 802.1AB
    /// 9.2.7.7 has it; of a part that may occur only once, the first counts.
    ///
    /// - Throws: `LLDPDUError` saying what is wrong with it.
    public init(parsing payload: ArraySlice<UInt8>) throws(LLDPDUError) {
        guard payload.count <= Self.maximumSize else {
            throw LLDPDUError("it is \(payload.count) bytes long, and \(Self.maximumSize) is the most")
        }
        var parts = LLDPPartReader(payload)
        chassisID = try parts.identifier(.chassisID, "chassis ID", LLDPIdentifier.chassisKind)
        portID = try parts.identifier(.portID, "port ID", LLDPIdentifier.portKind)
        ttlSeconds = try parts.ttl()
        while let part = try parts.next() {
            switch part.type {
            case .end: return
            case .chassisID, .portID, .ttl: throw LLDPDUError("a part that may occur only once occurs twice")
            default: read(part)
            }
        }
    }

    private mutating func read(_ part: LLDPPart) {
        var reader = ByteReader(part.value)
        switch part.type {
        case .portDescription: portDescription = portDescription ?? printableText(part.value)
        case .systemName: systemName = systemName ?? printableText(part.value)
        case .systemDescription: systemDescription = systemDescription ?? printableText(part.value)
        case .systemCapabilities:
            guard let all = try? reader.bigEndian(UInt16.self), let enabled = try? reader.bigEndian(UInt16.self),
                capabilities == nil
            else { return }
            capabilities = LLDPCapabilities(rawValue: all)
            enabledCapabilities = LLDPCapabilities(rawValue: enabled)
        case .managementAddress:
            guard let length = try? reader.bigEndian(UInt8.self), let octets = try? reader.read(Int(length)),
                let address = networkAddress(octets), !managementAddresses.contains(address)
            else { return }
            managementAddresses.append(address)
        case .organisation:
            guard let prefix = try? reader.read(4) else { return }
            readOrganisational(Array(prefix), &reader)
        default: return
        }
    }

    /// - Parameter prefix: the organisation's three octets, and its subtype.
    private mutating func readOrganisational(_ prefix: [UInt8], _ reader: inout ByteReader) {
        switch prefix {
        case [0x00, 0x80, 0xc2, 1]:
            guard let id = try? reader.bigEndian(UInt16.self), LLDPVLAN.isUsable(id), portVLAN == nil else { return }
            portVLAN = id
        case [0x00, 0x80, 0xc2, 3]:
            guard let id = try? reader.bigEndian(UInt16.self), LLDPVLAN.isUsable(id),
                let length = try? reader.bigEndian(UInt8.self), let name = try? reader.read(Int(length)),
                !vlans.contains(where: { $0.id == id })
            else { return }
            vlans.append(LLDPVLAN(id: id, name: printableText(name) ?? ""))
        case [0x00, 0x80, 0xc2, 7], [0x00, 0x12, 0x0f, 3]:
            guard let status = try? reader.bigEndian(UInt8.self), let port = try? reader.bigEndian(UInt32.self),
                aggregation == nil
            else { return }
            aggregation = LLDPAggregation(isCapable: status & 1 != 0, isEnabled: status & 3 == 3, portID: port)
        case [0x00, 0x12, 0x0f, 4]:
            guard let size = try? reader.bigEndian(UInt16.self), maximumFrameSize == nil else { return }
            maximumFrameSize = size
        default: return
        }
    }
}

/// Bytes that are no LLDP data unit.
public struct LLDPDUError: Error, Equatable, CustomStringConvertible {
    /// What is wrong with them, without a final full stop.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
