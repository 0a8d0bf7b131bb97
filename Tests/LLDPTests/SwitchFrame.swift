import NetworkTypes

@testable import LLDP

/// What a data centre's switch sends, part by part.
enum SwitchFrame {
    static let chassis = hex("02 07 04 525400aabb01             # 1: chassis ID, a MAC address")
    static let port = hex("04 0c 05 45746865726e6574312f37      # 2: port ID, interface name Ethernet1/7")
    static let ttl = hex("06 02 0078                            # 3: 120 s to live")
    static let end = hex("00 00                                 # 0: end")

    /// A data unit with everything in it that is read.
    static let unit =
        chassis + port + ttl
        + hex(
            """
            08 06 7261636b2034                     # 4: port description, rack 4
            0a 07 6c6561662d3132                   # 5: system name, leaf-12
            0c 0f 41636d65204f530d0a20342e323820 # 6: system description, two lines
            0e 04 0014 0004                        # 7: could bridge and route, does bridge
            10 0c 05 01 0a000001 02 00000007 00    # 8: managed at 10.0.0.1, interface 7, no OID
            10 18 11 02 20010db8000000000000000000000001 01 00000000 00  # 8: and at 2001:db8::1
            fe 06 0080c2 01 0064                   # 127: 802.1 port VLAN ID, 100
            fe 0b 0080c2 03 0064 04 70726f64       # 127: 802.1 VLAN name, 100 is prod
            fe 0a 0080c2 03 00c8 03 626b70         # 127: 802.1 VLAN name, 200 is bkp
            fe 09 00120f 03 03 00000029            # 127: 802.3 link aggregation, capable and enabled, 41
            fe 06 00120f 04 2400                   # 127: 802.3 maximum frame size, 9216
            fe 09 00120f 01 03 6c03 0010           # 127: 802.3 MAC and PHY, which is not read
            fe 07 0012bb 01 000f 04                # 127: another organisation
            """) + end

    /// The data unit in a frame from a MAC address to the nearest bridge.
    static func frame(
        _ unit: [UInt8], reach: LLDPFrame.Reach = .nearestBridge, from source: String = "52:54:00:aa:bb:02"
    ) -> [UInt8] {
        reach.group + (MACAddress(source)?.octets ?? []) + hex("88cc") + unit
    }

    /// A part that is not in the list above.
    static func part(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
        let header = type << 9 | UInt16(clamping: value.count)
        return [UInt8(header >> 8), UInt8(header & 0xff)] + value
    }
}
