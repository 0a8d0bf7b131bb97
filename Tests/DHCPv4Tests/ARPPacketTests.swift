import NetworkTypes
import Testing

@testable import DHCPv4

@Suite("ARP packets on the wire")
struct ARPPacketTests {
    @Test("a probe and an announcement are laid out as RFC 826 and RFC 5227 have it")
    func golden() {
        let probe = ARPPacket.probe(for: TestClient.address, from: TestClient.mac)
        #expect(
            probe.encoded
                == hex(
                    """
                    0001 0800 06 04 0001       # Ethernet, IPv4, lengths, request
                    525400123456 00000000      # sender: the client, no address
                    000000000000 c0000207      # target: nobody yet, 192.0.2.7
                    """))
        let announcement = ARPPacket.announcement(of: TestClient.address, by: TestClient.mac)
        #expect(
            announcement.encoded
                == hex("0001 0800 06 04 0001 525400123456 c0000207 000000000000 c0000207"))
        for packet in [probe, announcement] {
            #expect(ARPPacket(parsing: (packet.encoded + [0, 0, 0])[...]) == packet, "padding is dropped")
        }
    }

    @Test("what is not about IPv4 over Ethernet, or cut short, is no packet")
    func refused() {
        let good = TestClient.claim().encoded
        #expect(ARPPacket(parsing: good[...]) != nil)
        for index in 0..<6 {
            var bytes = good
            bytes[index] ^= 1
            #expect(ARPPacket(parsing: bytes[...]) == nil)
        }
        #expect(ARPPacket(parsing: good.dropLast()) == nil)
        #expect(ARPPacket(parsing: []) == nil)
        var reverse = good
        reverse[7] = 3
        #expect(ARPPacket(parsing: reverse[...]) == nil, "only requests and replies")
    }
}
