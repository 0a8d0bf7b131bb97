import ByteCoding
import NetworkTypes

/// An IPv4 packet that carries one UDP datagram (RFC 791, RFC 768).
public struct UDPPacket: Equatable, Sendable {
    /// Source address.
    public var source: IPv4Address
    /// Destination address.
    public var destination: IPv4Address
    /// Source port.
    public var sourcePort: UInt16
    /// Destination port.
    public var destinationPort: UInt16
    /// What the datagram carries.
    public var payload: [UInt8]

    /// A packet.
    public init(
        from source: IPv4Address, port sourcePort: UInt16, to destination: IPv4Address, port destinationPort: UInt16,
        payload: [UInt8]
    ) {
        self.source = source
        self.destination = destination
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
        self.payload = payload
    }

    /// Reads a packet that begins with its IPv4 header. Bytes after its own length (Ethernet padding) are dropped.
    ///
    /// - Parameter verifyingUDPChecksum: `false` for a packet whose checksum the sender left to its hardware; between
    ///   virtual machines no hardware ever fills it in.
    /// - Returns: `nil` when it is not UDP, is a fragment, is cut short, or a checksum is wrong.
    public init?(parsing packet: ArraySlice<UInt8>, verifyingUDPChecksum: Bool) {
        guard let first = packet.first, first >> 4 == 4 else { return nil }
        let headerLength = Int(first & 0xf) * 4
        var whole = ByteReader(packet)
        guard headerLength >= 20, let header = try? whole.read(headerLength) else { return nil }
        var checksum = InternetChecksum()
        checksum.add(header)
        var reader = ByteReader(header)
        guard checksum.value == 0, (try? reader.skip(2)) != nil,
            let totalLength = try? reader.bigEndian(UInt16.self), (try? reader.skip(2)) != nil,
            // The bit "more fragments" and the fragment's offset.
            let fragment = try? reader.bigEndian(UInt16.self), fragment & 0x3fff == 0, (try? reader.skip(1)) != nil,
            let protocolNumber = try? reader.bigEndian(UInt8.self), protocolNumber == 17,
            (try? reader.skip(2)) != nil,
            let source = try? reader.bigEndian(UInt32.self), let destination = try? reader.bigEndian(UInt32.self),
            let datagram = try? whole.read(Int(totalLength) - headerLength)
        else { return nil }
        self.source = IPv4Address(rawValue: source)
        self.destination = IPv4Address(rawValue: destination)

        var udp = ByteReader(datagram)
        guard let sourcePort = try? udp.bigEndian(UInt16.self), let destinationPort = try? udp.bigEndian(UInt16.self),
            let length = try? udp.bigEndian(UInt16.self), let udpChecksum = try? udp.bigEndian(UInt16.self),
            let payload = try? udp.read(Int(length) - 8)
        else { return nil }
        self.sourcePort = sourcePort
        self.destinationPort = destinationPort
        self.payload = Array(payload)
        // A checksum of 0 says that the sender made none.
        if verifyingUDPChecksum, udpChecksum != 0 {
            var sum = Self.pseudoHeader(self.source, self.destination, length: length)
            sum.add(datagram.prefix(Int(length)))
            guard sum.value == 0 else { return nil }
        }
    }

    /// The packet from its IPv4 header on. Its payload must fit: 65,507 bytes.
    public var encoded: [UInt8] {
        let udpLength = UInt16(clamping: payload.count + 8)
        var udp = ByteWriter(reservingCapacity: payload.count + 8)
        udp.bigEndian(sourcePort)
        udp.bigEndian(destinationPort)
        udp.bigEndian(udpLength)
        udp.zeros(2)
        udp.append(payload)
        var sum = Self.pseudoHeader(source, destination, length: udpLength)
        sum.add(udp.bytes)
        // A sum of 0 is sent as its other form, because 0 means none.
        let udpChecksum = sum.value == 0 ? UInt16.max : sum.value
        udp.patchNative(udpChecksum.bigEndian, at: 6)

        var header = ByteWriter(reservingCapacity: 20)
        header.append([0x45, 0x10])
        header.bigEndian(UInt16(clamping: udp.count + 20))
        header.zeros(4)
        header.append([64, 17, 0, 0])
        header.bigEndian(source.rawValue)
        header.bigEndian(destination.rawValue)
        var headerSum = InternetChecksum()
        headerSum.add(header.bytes)
        header.patchNative(headerSum.value.bigEndian, at: 10)
        return header.bytes + udp.bytes
    }

    private static func pseudoHeader(
        _ source: IPv4Address, _ destination: IPv4Address, length: UInt16
    ) -> InternetChecksum {
        var sum = InternetChecksum()
        sum.add(source.octets + destination.octets)
        sum.add([0, 17, UInt8(length >> 8), UInt8(truncatingIfNeeded: length)])
        return sum
    }
}
