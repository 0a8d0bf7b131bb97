import NetworkTypes
import Testing

@testable import DHCPv4

@Suite("IPv4 packets with UDP in them")
struct UDPPacketTests {
    private static let packet = UDPPacket(
        from: .any, port: 68, to: .broadcast, port: 67, payload: [0x01, 0x02, 0x03])

    @Test("a packet has both headers and both checksums")
    func encoded() {
        #expect(
            Self.packet.encoded
                == hex(
                    """
                    45 10 001f 0000 0000   # version 4, header of 5 words, low delay, 31 bytes, no fragment
                    40 11 7abf             # TTL 64, UDP, header checksum
                    00000000 ffffffff      # from 0.0.0.0 to 255.255.255.255
                    0044 0043 000b fb4f    # ports 68 to 67, 11 bytes, checksum
                    010203
                    """))
    }

    @Test("what was written is read, with padding behind it and with options in the header")
    func roundTrip() {
        let bytes = Self.packet.encoded
        #expect(UDPPacket(parsing: bytes[...], verifyingUDPChecksum: true) == Self.packet)
        #expect(UDPPacket(parsing: (bytes + [0, 0, 0])[...], verifyingUDPChecksum: true) == Self.packet)
        let withOptions = hex("46 10 0023 0000 0000 40 11 7792 00000000 ffffffff 01010101") + bytes[20...]
        let parsed = UDPPacket(parsing: withOptions.withHeaderChecksum[...], verifyingUDPChecksum: true)
        #expect(parsed == Self.packet)
    }

    @Test("a checksum that the sender left to its hardware is not verified; 0 is none at all")
    func checksums() {
        var bytes = Self.packet.encoded
        bytes[26] ^= 0xff
        #expect(UDPPacket(parsing: bytes[...], verifyingUDPChecksum: true) == nil)
        #expect(UDPPacket(parsing: bytes[...], verifyingUDPChecksum: false) == Self.packet)
        bytes[26] = 0
        bytes[27] = 0
        #expect(UDPPacket(parsing: bytes[...], verifyingUDPChecksum: true) == Self.packet)
    }

    @Test("an odd payload and a sum of zero are handled as the RFCs say")
    func oddPayload() {
        for length in 0..<64 {
            let packet = UDPPacket(
                from: .any, port: 68, to: .broadcast, port: 67,
                payload: (0..<length).map { UInt8(truncatingIfNeeded: $0 * 37) })
            #expect(UDPPacket(parsing: packet.encoded[...], verifyingUDPChecksum: true) == packet)
            #expect(packet.encoded[26...27] != [0, 0])
        }
    }

    @Test("fragments, other protocols, other versions, wrong lengths and a wrong header checksum are refused")
    func refused() {
        let good = Self.packet.encoded
        let changes: [(Int, UInt8)] = [
            (0, 0x65), (0, 0x44), (0, 0x4f), (3, 0x20), (3, 0x10), (6, 0x20), (7, 0x01), (9, 6), (25, 0xff), (25, 3),
        ]
        for (offset, value) in changes {
            var bytes = good
            bytes[offset] = value
            #expect(
                UDPPacket(parsing: bytes.withHeaderChecksum[...], verifyingUDPChecksum: false) == nil,
                "byte \(offset) as \(value)")
        }
        var checksum = good
        checksum[10] ^= 1
        #expect(UDPPacket(parsing: checksum[...], verifyingUDPChecksum: false) == nil)
        for length in 0..<good.count {
            #expect(UDPPacket(parsing: good.prefix(length), verifyingUDPChecksum: false) == nil)
        }
    }
}

extension [UInt8] {
    /// The packet with a right checksum over its IPv4 header of as many words as it says.
    var withHeaderChecksum: [UInt8] {
        var bytes = self
        bytes[10] = 0
        bytes[11] = 0
        var checksum = InternetChecksum()
        checksum.add(bytes.prefix(Int(bytes[0] & 0xf) * 4))
        bytes[10] = UInt8(checksum.value >> 8)
        bytes[11] = UInt8(checksum.value & 0xff)
        return bytes
    }
}
