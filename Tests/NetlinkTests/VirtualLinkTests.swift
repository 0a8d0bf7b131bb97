import CLinux
import NetworkConfiguration
import NetworkTypes
import Testing

@testable import Netlink

@Suite("Links in software on the wire")
struct VirtualLinkTests {
    @Test("create a VLAN on a link")
    func createVLAN() {
        var message = VirtualLinkMessages.create("eth0.100", mtu: 1400, mac: nil)
        message.attribute(Int(IFLA_LINK), Int32(2))
        VirtualLinkMessages.kind("vlan", of: &message) { $0.attribute(Int(IFLA_VLAN_ID), UInt16(100)) }
        #expect(
            message.bytes(sequence: 1, port: 7)
                == hex(
                    """
                    5c000000 1000 0106 01000000 07000000  # nlmsghdr: 92 bytes, RTM_NEWLINK, REQUEST|CREATE|EXCL
                    00 00 0000 00000000 00000000 00000000  # ifinfomsg: a new link
                    0d00 0300 657468302e313030 00 000000  # IFLA_IFNAME: eth0.100
                    0800 0400 78050000                    # IFLA_MTU: 1400
                    0800 0500 02000000                    # IFLA_LINK: index 2
                    1c00 1280                             # IFLA_LINKINFO, nested
                      0900 0100 766c616e 00 000000        #   IFLA_INFO_KIND: vlan
                      0c00 0280                           #   IFLA_INFO_DATA, nested
                        0600 0100 6400 0000               #     IFLA_VLAN_ID: 100
                    """))
    }

    @Test("create a bond of one group; what its mode has no use for is left out")
    func createBond() {
        var bond = BondParameters(mode: .lacp)
        bond.lacpRate = .fast
        bond.transmitHashPolicy = .layer34
        bond.failOverMAC = .active
        bond.packetsPerMember = 4
        var message = VirtualLinkMessages.create("b", mtu: nil, mac: nil)
        VirtualLinkMessages.kind("bond", of: &message) { BondAttributes.append(bond, to: &$0) }
        #expect(
            message.bytes(sequence: 1, port: 7)
                == hex(
                    """
                    5c000000 1000 0106 01000000 07000000  # nlmsghdr: 92 bytes, RTM_NEWLINK, REQUEST|CREATE|EXCL
                    00 00 0000 00000000 00000000 00000000  # ifinfomsg: a new link
                    0600 0300 6200 0000                   # IFLA_IFNAME: b
                    3400 1280                             # IFLA_LINKINFO, nested
                      0900 0100 626f6e64 00 000000        #   IFLA_INFO_KIND: bond
                      2400 0280                           #   IFLA_INFO_DATA, nested
                        0500 0100 04 000000               #     IFLA_BOND_MODE: 802.3ad
                        0800 0300 64000000                #     IFLA_BOND_MIIMON: 100
                        0500 0e00 01 000000               #     IFLA_BOND_XMIT_HASH_POLICY: layer3+4
                        0500 1500 01 000000               #     IFLA_BOND_AD_LACP_RATE: fast
                    """))
    }

    @Test("a bond that asks by ARP does not look at carriers")
    func arpMonitoring() {
        var bond = BondParameters(mode: .activeBackup)
        bond.arpIntervalMilliseconds = 200
        bond.arpTargets = [IPv4Address(rawValue: 0xc000_0201)]
        bond.arpValidation = .all
        var message = NetlinkMessageBuilder(type: Int(RTM_NEWLINK))
        BondAttributes.append(bond, to: &message)
        #expect(
            message.bytes(sequence: 0, port: 0).dropFirst(16)
                == hex(
                    """
                    0500 0100 01 000000                   # IFLA_BOND_MODE: active-backup
                    0800 0700 c8000000                    # IFLA_BOND_ARP_INTERVAL: 200
                    0c00 0880 0800 0000 c0000201          # IFLA_BOND_ARP_IP_TARGET: 192.0.2.1
                    0800 0900 03000000                    # IFLA_BOND_ARP_VALIDATE: all
                    """)[...])
    }

    @Test("a bridge's times are in hundredths of a second, and too long ones do no harm")
    func bridge() {
        var bridge = BridgeParameters()
        bridge.forwardDelaySeconds = 4
        bridge.ageingSeconds = .max
        bridge.usesSpanningTree = false
        var message = NetlinkMessageBuilder(type: Int(RTM_NEWLINK))
        VirtualLinkMessages.append(bridge, to: &message)
        let bytes = Array(message.bytes(sequence: 0, port: 0).dropFirst(16))
        #expect(bytes.prefix(8) == hex("0800 0100 90010000")[...])
        #expect(bytes.suffix(8) == hex("0800 0500 00000000")[...])
    }

    @Test("join, leave and rename")
    func changes() {
        #expect(
            VirtualLinkMessages.setMaster(9, of: 3).bytes(sequence: 1, port: 7).suffix(24)
                == hex("00 00 0000 03000000 00000000 00000000 0800 0a00 09000000")[...])
        #expect(
            VirtualLinkMessages.delete(3).bytes(sequence: 1, port: 7)
                == hex("20000000 1100 0100 01000000 07000000 00 00 0000 03000000 00000000 00000000"))
    }

    @Test(
        "how far the two ends of a member have agreed",
        arguments: [
            ("3d", "3d00", "aggregated with the switch"), ("45", "0000", "no LACPDU from the switch"),
            ("47", "0100", "no LACPDU from the switch"), ("85", "3d00", "the switch has stopped sending LACPDUs"),
            ("05", "0100", "the switch does not let this port be aggregated"),
            ("0d", "0500", "the switch sends LACPDUs but has this port in no group with the others"),
            ("1d", "0d00", "the switch sends LACPDUs but does not take traffic yet"),
        ])
    func aggregation(actor: String, partner: String, expected: String) throws {
        let attributes = hex("0500 0700 \(actor) 000000 0600 0800 \(partner) 0000 0600 0600 0100 0000")
        let member = BondMember(try NetlinkAttributes(parsing: attributes[...]))
        #expect(member.aggregation == expected)
        #expect(member.isAggregating == (expected == "aggregated with the switch"))
        #expect(member.aggregator == 1)
    }

    @Test("a member of a bond of another mode has nothing to agree on")
    func otherModes() throws {
        let member = BondMember(try NetlinkAttributes(parsing: hex("0500 0100 00 000000")[...]))
        #expect(member.isActive && member.aggregation == nil && member.aggregator == nil)
    }
}
