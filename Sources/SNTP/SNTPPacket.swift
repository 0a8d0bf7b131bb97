import ByteCoding

/// An NTP packet without extensions (RFC 5905 7.3): 48 bytes.
struct SNTPPacket: Equatable {
    static let size = 48
    static let clientMode: UInt8 = 3
    static let serverMode: UInt8 = 4

    /// Announces a leap second; 3 says that the sender's clock is not synchronised.
    var leap: UInt8 = 0
    /// The protocol's version.
    var version: UInt8 = 4
    /// Who sent it.
    var mode: UInt8
    /// How many servers away from a reference clock, from 1 on; 0 in a kiss-o'-death packet.
    var stratum: UInt8 = 0
    /// The interval between packets, as a power of two of seconds.
    var poll: Int8 = 0
    /// What the sender's clock can resolve, as a power of two of seconds.
    var precision: Int8 = 0
    /// The way to the reference clock and back, in 65536ths of a second.
    var rootDelay: UInt32 = 0
    /// The largest error against the reference clock, in 65536ths of a second.
    var rootDispersion: UInt32 = 0
    /// The reference clock, or four letters in a kiss-o'-death packet.
    var referenceID: UInt32 = 0
    /// When the sender's clock was last set.
    var reference = NTPTimestamp(rawValue: 0)
    /// What stood in `transmit` of the packet that this one answers.
    var origin = NTPTimestamp(rawValue: 0)
    /// When that packet came.
    var receive = NTPTimestamp(rawValue: 0)
    /// When this packet went.
    var transmit = NTPTimestamp(rawValue: 0)

    init(mode: UInt8) {
        self.mode = mode
    }

    /// A client's question. All but a number by which the answer is recognised is left empty, so that nothing is told
    /// about this machine's clock, and nobody who does not see the question can answer it.
    static func question(_ nonce: NTPTimestamp) -> SNTPPacket {
        var packet = SNTPPacket(mode: clientMode)
        packet.transmit = nonce
        return packet
    }

    /// Reads a packet: the payload of a UDP datagram. Extensions behind it are passed over.
    ///
    /// - Throws: when it is too short.
    init(parsing datagram: ArraySlice<UInt8>) throws(ByteReadError) {
        var reader = ByteReader(datagram)
        let first: UInt8 = try reader.bigEndian()
        leap = first >> 6
        version = first >> 3 & 7
        mode = first & 7
        stratum = try reader.bigEndian()
        poll = Int8(bitPattern: try reader.bigEndian())
        precision = Int8(bitPattern: try reader.bigEndian())
        rootDelay = try reader.bigEndian()
        rootDispersion = try reader.bigEndian()
        referenceID = try reader.bigEndian()
        reference = NTPTimestamp(rawValue: try reader.bigEndian())
        origin = NTPTimestamp(rawValue: try reader.bigEndian())
        receive = NTPTimestamp(rawValue: try reader.bigEndian())
        transmit = NTPTimestamp(rawValue: try reader.bigEndian())
    }

    /// The packet as the payload of a UDP datagram.
    var encoded: [UInt8] {
        var writer = ByteWriter(reservingCapacity: Self.size)
        writer.append([leap << 6 | (version & 7) << 3 | mode & 7, stratum])
        writer.append([UInt8(bitPattern: poll), UInt8(bitPattern: precision)])
        for number in [rootDelay, rootDispersion, referenceID] { writer.bigEndian(number) }
        for time in [reference, origin, receive, transmit] { writer.bigEndian(time.rawValue) }
        return writer.bytes
    }
}
