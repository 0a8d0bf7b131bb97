import ByteCoding
import NetworkTypes

/// An Ethernet frame with an LLDP data unit in it.
struct LLDPFrame: Equatable {
    static let etherType: UInt16 = 0x88cc

    /// How far a frame gets: the multicast address that it was sent to (IEEE 802.1AB table 7-1). The nearest first.
    enum Reach: UInt8, CaseIterable, Comparable {
        /// No bridge of any kind forwards it: it comes from the other end of the cable.
        case nearestBridge = 0x0e
        /// Two-port MAC relays forward it.
        case nearestNonRelayBridge = 0x03
        /// Bridges of a provider's network forward it as well.
        case nearestCustomerBridge = 0x00

        var group: [UInt8] { [0x01, 0x80, 0xc2, 0x00, 0x00, rawValue] }

        static func < (left: Self, right: Self) -> Bool {
            (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
        }
    }

    let reach: Reach
    let source: MACAddress
    let unit: LLDPDU

    /// Reads a frame from its destination address on, without checksum.
    ///
    /// - Returns: `nil` for what was not sent to one of the three addresses, or has no data unit in it.
    init?(parsing frame: ArraySlice<UInt8>) {
        var reader = ByteReader(frame)
        guard let destination = try? reader.read(6),
            let source = (try? reader.read(6)).flatMap({ MACAddress(octets: $0) }),
            let reach = Reach.allCases.first(where: { destination.elementsEqual($0.group) }),
            let etherType = try? reader.bigEndian(UInt16.self), etherType == Self.etherType,
            let unit = try? LLDPDU(parsing: reader.readRest())
        else { return nil }
        self.reach = reach
        self.source = source
        self.unit = unit
    }
}
