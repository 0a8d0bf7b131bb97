import NetworkTypes
import Testing

@testable import LLDP

@Suite("LLDP data units")
struct LLDPDUTests {
    @Test("all that a switch tells is read")
    func everything() throws {
        let unit = try LLDPDU(parsing: SwitchFrame.unit[...])
        #expect(unit.chassisID.kind == .macAddress && unit.chassisID.text == "52:54:00:aa:bb:01")
        #expect(unit.portID.kind == .interfaceName && unit.portID.text == "Ethernet1/7")
        #expect(unit.ttlSeconds == 120 && !unit.isShutdown)
        #expect(unit.portDescription == "rack 4")
        #expect(unit.systemName == "leaf-12")
        #expect(unit.systemDescription == "Acme OS 4.28")
        #expect(unit.capabilities == [.bridge, .router] && unit.enabledCapabilities == .bridge)
        #expect(unit.managementAddresses == ["10.0.0.1", "2001:db8::1"].compactMap { IPAddress($0) })
        #expect(unit.portVLAN == 100)
        #expect(unit.vlans == [LLDPVLAN(id: 100, name: "prod"), LLDPVLAN(id: 200, name: "bkp")])
        #expect(unit.aggregation == LLDPAggregation(isCapable: true, isEnabled: true, portID: 41))
        #expect(unit.maximumFrameSize == 9216)
    }

    @Test("a neighbour is one line")
    func line() throws {
        let neighbour = LLDPNeighbour(try LLDPDU(parsing: SwitchFrame.unit[...]))
        #expect(neighbour.description == "switch leaf-12 port Ethernet1/7 (rack 4), VLAN 100, link aggregation on")
        #expect(neighbour.managementAddress == IPAddress("10.0.0.1"))
        let bare = SwitchFrame.chassis + SwitchFrame.port + SwitchFrame.ttl
        #expect(
            LLDPNeighbour(try LLDPDU(parsing: bare[...])).description == "switch 52:54:00:aa:bb:01 port Ethernet1/7")
        let described =
            bare + SwitchFrame.part(4, Array("Ethernet1/7".utf8)) + SwitchFrame.part(5, Array("db-3".utf8))
            + SwitchFrame.part(7, [0, 0x80, 0, 0x80])
        #expect(LLDPNeighbour(try LLDPDU(parsing: described[...])).description == "host db-3 port Ethernet1/7")
    }

    @Test(
        "a chassis ID is text, whatever its subtype",
        arguments: [
            (1, "Line card 3".hexText, "Line card 3"), (2, "uplink".hexText, "uplink"), (3, "bp".hexText, "bp"),
            (4, "525400123456", "52:54:00:12:34:56"), (4, "0102", "01:02"), (5, "01 c0000207", "192.0.2.7"),
            (5, "02 20010db8000000000000000000000007", "2001:db8::7"), (5, "01 c00002", "01:c0:00:02"),
            (5, "06 525400123456", "06:52:54:00:12:34:56"), (6, "eth0".hexText, "eth0"), (7, "sw1".hexText, "sw1"),
            (7, "525400123456", "52:54:00:12:34:56"), (7, "ff", "ff"), (6, "0000", "00:00"), (9, "61", "a"),
            (6, "1b5b324a6c61", "[2Jla"),
        ])
    func chassis(subtype: UInt8, value: String, text: String) throws {
        let bytes = SwitchFrame.part(1, [subtype] + hex(value)) + SwitchFrame.port + SwitchFrame.ttl
        #expect(try LLDPDU(parsing: bytes[...]).chassisID.text == text)
    }

    @Test(
        "a port ID has subtypes of its own",
        arguments: [
            (1, "to rack 4".hexText, LLDPIdentifier.Kind.interfaceAlias, "to rack 4"),
            (2, "p".hexText, .portComponent, "p"), (3, "525400123456", .macAddress, "52:54:00:12:34:56"),
            (4, "01 c0000207", .networkAddress, "192.0.2.7"), (5, "ge-0/0/1".hexText, .interfaceName, "ge-0/0/1"),
            (6, "00040001", .agentCircuitID, "00:04:00:01"), (7, "516".hexText, .local, "516"),
            (0, "61", .reserved(0), "a"),
        ])
    func port(subtype: UInt8, value: String, kind: LLDPIdentifier.Kind, text: String) throws {
        let bytes = SwitchFrame.chassis + SwitchFrame.part(2, [subtype] + hex(value)) + SwitchFrame.ttl
        let port = try LLDPDU(parsing: bytes[...]).portID
        #expect(port.kind == kind && port.text == text)
    }

    @Test("a time to live of 0 is a goodbye")
    func shutdown() throws {
        let bytes = SwitchFrame.chassis + SwitchFrame.port + hex("06 02 0000 00 00")
        #expect(try LLDPDU(parsing: bytes[...]).isShutdown)
    }

    @Test("the end part ends it, and padding behind it is no part; without one, the bytes' end does")
    func end() throws {
        let bare = SwitchFrame.chassis + SwitchFrame.port + SwitchFrame.ttl
        let unit = try LLDPDU(parsing: bare[...])
        let padded = bare + SwitchFrame.end + hex("0a 02 6e6f") + [UInt8](repeating: 0, count: 30)
        #expect(try LLDPDU(parsing: padded[...]) == unit)
        #expect(unit.systemName == nil)
    }

    @Test("text from a switch cannot move the cursor, break the line or turn the writing direction")
    func text() {
        #expect(printableText(Array("a\u{1b}[31m\r\nb\u{85}c\u{2028}d\u{202e}e  f \t".utf8)) == "a [31m b c d e f")
        #expect(printableText([0x61, 0xff, 0x62]) == "a\u{fffd}b")
        #expect(printableText([]) == nil && printableText([0, 0x20, 0x0a]) == nil)
    }

    @Test("what must be there and is not, or is malformed, refuses the whole")
    func refused() {
        let (chassis, port, ttl) = (SwitchFrame.chassis, SwitchFrame.port, SwitchFrame.ttl)
        let cases: [([UInt8], String)] = [
            ([], "chassis ID is not where"), (SwitchFrame.end, "chassis ID is not where"),
            (port + chassis + ttl, "chassis ID is not where"), (chassis + ttl + port, "port ID is not where"),
            (chassis + port, "time to live is not where"), (chassis + port + SwitchFrame.end, "time to live is not"),
            (chassis + port + ttl + ttl, "occurs twice"), (chassis + port + ttl + chassis, "occurs twice"),
            (hex("02 00") + port + ttl, "chassis ID is of 0 bytes"),
            (hex("02 01 04") + port + ttl, "chassis ID is of 1 bytes"),
            (SwitchFrame.part(1, [UInt8](repeating: 7, count: 257)) + port + ttl, "chassis ID is of 257 bytes"),
            (chassis + port + hex("06 01 00"), "time to live is of 1 bytes"),
            (chassis + port + ttl + hex("0a"), "cut short"), (chassis + port + ttl + hex("0b ff 61"), "cut short"),
            ([UInt8](repeating: 0, count: 1501), "1500 is the most"),
        ]
        for (bytes, why) in cases {
            let error = #expect(throws: LLDPDUError.self) { try LLDPDU(parsing: bytes[...]) }
            #expect(error?.description.contains(why) == true, "\(String(describing: error)) for \(why)")
        }
    }

    @Test(
        "an optional part that is malformed, impossible or repeated is passed over",
        arguments: [
            "0a 00", "0e 03 001400", "10 00", "10 02 05 01", "10 06 ff 01 0a000001", "10 08 07 06 525400123456",
            "fe 00", "fe 03 0080c2", "fe 05 0080c2 01 00", "fe 06 0080c2 01 0000", "fe 06 0080c2 01 0fff",
            "fe 06 0080c2 03 0064", "fe 08 0080c2 03 0064 ff 61", "fe 07 0080c2 03 0000 00", "fe 05 00120f 03 03",
            "fe 05 00120f 04 24", "12 00", "fc 02 0102",
        ])
    func passedOver(part: String) throws {
        let bare = SwitchFrame.chassis + SwitchFrame.port + SwitchFrame.ttl
        let (without, with) = (try LLDPDU(parsing: bare[...]), try LLDPDU(parsing: (bare + hex(part))[...]))
        #expect(without == with)
    }

    @Test("of a part that may occur once, the first counts; of a VLAN, its first name")
    func repeated() throws {
        let more = hex(
            """
            08 01 78  0a 01 78  0c 01 78  0e 04 00800080  fe 06 0080c2 01 0001
            fe 08 0080c2 03 0064 01 78  fe 09 00120f 03 00 00000000  fe 06 00120f 04 0001  10 0c 05 01 0a000001 02 00000007 00
            """)
        let bytes = Array(SwitchFrame.unit.dropLast(2)) + more + SwitchFrame.end
        let (once, twice) = (try LLDPDU(parsing: SwitchFrame.unit[...]), try LLDPDU(parsing: bytes[...]))
        #expect(once == twice)
    }

    @Test("parts without length come to an end with the bytes")
    func emptyParts() throws {
        let bare = SwitchFrame.chassis + SwitchFrame.port + SwitchFrame.ttl
        let many = bare + (0..<700).flatMap { _ in hex("0a 00") }
        #expect(try LLDPDU(parsing: many[...]).systemName == nil)
        let vlans = bare + (1...150).flatMap { SwitchFrame.part(127, hex("0080c2 03") + [0, $0, 0]) }
        #expect(try LLDPDU(parsing: vlans[...]).vlans.count == 150)
    }

    @Test("cut anywhere, changed anywhere, or random, bytes are read or refused")
    func hostile() {
        let good = SwitchFrame.unit
        for length in 0..<good.count { _ = try? LLDPDU(parsing: good.prefix(length)) }
        for offset in good.indices {
            for value in [0, 1, 0x7f, 0x80, 0xfe, 0xff] as [UInt8] {
                var bytes = good
                bytes[offset] = value
                _ = (try? LLDPDU(parsing: bytes[...])).map { LLDPNeighbour($0).description }
            }
        }
        var random = SystemRandomNumberGenerator()
        let bare = SwitchFrame.chassis + SwitchFrame.port + SwitchFrame.ttl
        for _ in 0..<5000 {
            let noise = (0..<Int.random(in: 0...300)).map { _ in UInt8.random(in: 0...255, using: &random) }
            _ = try? LLDPDU(parsing: noise[...])
            _ = LLDPFrame(parsing: noise[...])
            guard let unit = try? LLDPDU(parsing: (bare + noise)[...]) else { continue }
            #expect(!LLDPNeighbour(unit).description.unicodeScalars.contains { $0.value < 0x20 })
        }
    }
}

extension String {
    /// The text's bytes in hexadecimal, for a listing.
    fileprivate var hexText: String {
        utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
