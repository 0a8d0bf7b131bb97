import CLinux
import NetworkTypes
import Testing

@testable import Netlink

/// The bytes of each request, as the kernel's headers lay them out (little-endian machines).
@Suite("Netlink messages on the wire")
struct NetlinkMessageTests {
    private func address(_ text: String) throws -> IPPrefix {
        try #require(IPPrefix(text))
    }

    @Test("list links")
    func listLinks() {
        #expect(
            LinkMessages.list().bytes(sequence: 1, port: 0x1234, addingFlags: NLM_F_ROOT | NLM_F_MATCH)
                == hex(
                    """
                    28000000 1200 0103 01000000 34120000  # nlmsghdr: 40 bytes, RTM_GETLINK, REQUEST|ROOT|MATCH
                    00 00 0000 00000000 00000000 00000000  # ifinfomsg: any family, type, index, flags, change
                    0800 1d00 08000000                    # IFLA_EXT_MASK: RTEXT_FILTER_SKIP_STATS
                    """))
    }

    @Test("set a link up")
    func setUp() {
        #expect(
            LinkMessages.setFlags(.up, of: 3).bytes(sequence: 2, port: 7, addingFlags: NLM_F_ACK)
                == hex(
                    """
                    20000000 1000 0500 02000000 07000000  # nlmsghdr: 32 bytes, RTM_NEWLINK, REQUEST|ACK
                    00 00 0000 03000000 01000000 01000000  # ifinfomsg: index 3, flags IFF_UP, change IFF_UP
                    """))
    }

    @Test("set a link down")
    func setDown() {
        #expect(
            LinkMessages.setFlags([], of: 3).bytes(sequence: 2, port: 7)
                == hex(
                    """
                    20000000 1000 0100 02000000 07000000  # nlmsghdr: 32 bytes, RTM_NEWLINK, REQUEST
                    00 00 0000 03000000 00000000 01000000  # ifinfomsg: index 3, no flags, change IFF_UP
                    """))
    }

    @Test("set an MTU")
    func setMTU() {
        #expect(
            LinkMessages.setMTU(9000, of: 2).bytes(sequence: 3, port: 7)
                == hex(
                    """
                    28000000 1000 0100 03000000 07000000  # nlmsghdr: 40 bytes, RTM_NEWLINK, REQUEST
                    00 00 0000 02000000 00000000 00000000  # ifinfomsg: index 2
                    0800 0400 28230000                    # IFLA_MTU: 9000
                    """))
    }

    @Test("add an address for an hour")
    func addAddress() throws {
        let message = AddressMessages.add(
            try address("192.0.2.7/24"), linkIndex: 2, lifetime: AddressLifetime(preferred: 1800, valid: 3600),
            metric: 100, isChecked: true, flags: NLM_F_CREATE | NLM_F_EXCL)
        #expect(
            message.bytes(sequence: 4, port: 7)
                == hex(
                    """
                    4c000000 1400 0106 04000000 07000000  # nlmsghdr: 76 bytes, RTM_NEWADDR, REQUEST|CREATE|EXCL
                    02 18 00 00 02000000                  # ifaddrmsg: AF_INET, /24, no flags, universe, index 2
                    0800 0200 c0000207                    # IFA_LOCAL: 192.0.2.7
                    0800 0100 c0000207                    # IFA_ADDRESS: 192.0.2.7
                    0800 0400 c00002ff                    # IFA_BROADCAST: 192.0.2.255
                    1400 0600 08070000 100e0000           # IFA_CACHEINFO: preferred 1800, valid 3600,
                              00000000 00000000           #   created, updated
                    0800 0900 64000000                    # IFA_RT_PRIORITY: 100
                    """))
    }

    @Test("an address of two or one has no broadcast address")
    func hostAddress() throws {
        let message = AddressMessages.add(
            try address("169.254.1.2/32"), linkIndex: 2, lifetime: nil, metric: nil, isChecked: false,
            flags: NLM_F_REPLACE)
        #expect(
            message.bytes(sequence: 4, port: 7)
                == hex(
                    """
                    28000000 1400 0101 04000000 07000000  # nlmsghdr: 40 bytes, RTM_NEWADDR, REQUEST|REPLACE
                    02 20 00 fd 02000000                  # ifaddrmsg: AF_INET, /32, no flags, link scope, index 2
                    0800 0200 a9fe0102                    # IFA_LOCAL
                    0800 0100 a9fe0102                    # IFA_ADDRESS
                    """))
    }

    @Test("add an IPv6 address that needs no check for duplicates")
    func addIPv6Address() throws {
        let message = AddressMessages.add(
            try address("2001:db8::7/64"), linkIndex: 2, lifetime: nil, metric: 100, isChecked: false,
            flags: NLM_F_CREATE | NLM_F_EXCL)
        #expect(
            message.bytes(sequence: 4, port: 7)
                == hex(
                    """
                    48000000 1400 0106 04000000 07000000  # nlmsghdr: 72 bytes, RTM_NEWADDR, REQUEST|CREATE|EXCL
                    0a 40 02 00 02000000                  # ifaddrmsg: AF_INET6, /64, NODAD, universe, index 2
                    1400 0200 20010db8 00000000           # IFA_LOCAL: 2001:db8::7
                              00000000 00000007
                    1400 0100 20010db8 00000000           # IFA_ADDRESS: 2001:db8::7
                              00000000 00000007
                    0800 0900 64000000                    # IFA_RT_PRIORITY: 100
                    """))
    }

    @Test("remove an IPv6 address")
    func removeIPv6Address() throws {
        #expect(
            AddressMessages.remove(try address("2001:db8::7/128"), linkIndex: 2).bytes(sequence: 4, port: 7)
                == hex(
                    """
                    40000000 1500 0100 04000000 07000000  # nlmsghdr: 64 bytes, RTM_DELADDR, REQUEST
                    0a 80 00 00 02000000                  # ifaddrmsg: AF_INET6, /128, no flags, index 2
                    1400 0200 20010db8 00000000           # IFA_LOCAL: 2001:db8::7
                              00000000 00000007
                    1400 0100 20010db8 00000000           # IFA_ADDRESS: 2001:db8::7
                              00000000 00000007
                    """))
    }

    @Test("list the IPv6 routes of the main table")
    func listIPv6Routes() {
        #expect(
            RouteMessages.list(family: AF_INET6).bytes(sequence: 1, port: 7)
                == hex(
                    """
                    24000000 1a00 0100 01000000 07000000  # nlmsghdr: 36 bytes, RTM_GETROUTE, REQUEST
                    0a 00 00 00 00 00 00 00 00000000      # rtmsg: AF_INET6
                    0800 0f00 fe000000                    # RTA_TABLE: main
                    """))
    }

    @Test("replace the IPv6 default route")
    func defaultIPv6Route() throws {
        let route = Route(
            to: .everywhereIPv6, via: IPAddress("fe80::1"), linkIndex: 2, metric: 100,
            source: IPAddress("2001:db8::7"), isGatewayOnLink: true)
        #expect(
            RouteMessages.add(route, flags: NLM_F_CREATE | NLM_F_REPLACE).bytes(sequence: 5, port: 7)
                == hex(
                    """
                    54000000 1800 0105 05000000 07000000  # nlmsghdr: 84 bytes, RTM_NEWROUTE, REQUEST|CREATE|REPLACE
                    0a 00 00 00 fe 04 00 01 04000000      # rtmsg: AF_INET6, /0, main, static, universe, unicast, ONLINK
                    1400 0500 fe800000 00000000           # RTA_GATEWAY: fe80::1
                              00000000 00000001
                    0800 0400 02000000                    # RTA_OIF: 2
                    0800 0600 64000000                    # RTA_PRIORITY: 100
                    1400 0700 20010db8 00000000           # RTA_PREFSRC: 2001:db8::7
                              00000000 00000007
                    """))
    }

    @Test("replace the default route")
    func defaultRoute() throws {
        let route = Route(
            to: try address("0.0.0.0/0"), via: IPAddress("192.0.2.1"), linkIndex: 2, metric: 100,
            source: IPAddress("192.0.2.7"), isGatewayOnLink: true, origin: .dhcp)
        #expect(
            RouteMessages.add(route, flags: NLM_F_CREATE | NLM_F_REPLACE).bytes(sequence: 5, port: 7)
                == hex(
                    """
                    3c000000 1800 0105 05000000 07000000  # nlmsghdr: 60 bytes, RTM_NEWROUTE, REQUEST|CREATE|REPLACE
                    02 00 00 00 fe 10 00 01 04000000      # rtmsg: AF_INET, /0, main, dhcp, universe, unicast, ONLINK
                    0800 0500 c0000201                    # RTA_GATEWAY: 192.0.2.1
                    0800 0400 02000000                    # RTA_OIF: 2
                    0800 0600 64000000                    # RTA_PRIORITY: 100
                    0800 0700 c0000207                    # RTA_PREFSRC: 192.0.2.7
                    """))
    }

    @Test("add a route on the link itself")
    func onLinkRoute() throws {
        let route = Route(to: try address("172.20.1.1/16"), linkIndex: 2)
        #expect(
            RouteMessages.add(route, flags: NLM_F_CREATE | NLM_F_EXCL).bytes(sequence: 5, port: 7)
                == hex(
                    """
                    2c000000 1800 0106 05000000 07000000  # nlmsghdr: 44 bytes, RTM_NEWROUTE, REQUEST|CREATE|EXCL
                    02 10 00 00 fe 04 fd 01 00000000      # rtmsg: AF_INET, /16, main, static, link, unicast
                    0800 0100 ac140000                    # RTA_DST: 172.20.0.0
                    0800 0400 02000000                    # RTA_OIF: 2
                    """))
    }

    @Test("nested attributes and texts get their lengths and padding")
    func nested() {
        var message = NetlinkMessageBuilder(type: Int(RTM_NEWLINK), flags: NLM_F_CREATE | NLM_F_EXCL)
        message.fixedPart { $0.zeros(16) }
        message.attribute(Int(IFLA_IFNAME), text: "bond0")
        message.nested(Int(IFLA_LINKINFO)) { info in
            info.attribute(Int(IFLA_INFO_KIND), text: "bond")
            info.nested(Int(IFLA_INFO_DATA)) { $0.attribute(1, UInt8(4)) }
        }
        #expect(
            message.bytes(sequence: 9, port: 7)
                == hex(
                    """
                    48000000 1000 0106 09000000 07000000  # nlmsghdr: 72 bytes, RTM_NEWLINK, REQUEST|CREATE|EXCL
                    00000000 00000000 00000000 00000000    # ifinfomsg
                    0a00 0300 626f6e6430 00 0000          # IFLA_IFNAME: "bond0", padded by 2
                    1c00 1280                             # IFLA_LINKINFO, nested: 28 bytes
                      0900 0100 626f6e64 00 000000        #   IFLA_INFO_KIND: "bond", padded by 3
                      0c00 0280                           #   IFLA_INFO_DATA, nested: 12 bytes
                        0500 0100 04 000000               #     IFLA_BOND_MODE: 4 (802.3ad), padded by 3
                    """))
    }
}
