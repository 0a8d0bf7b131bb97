import CLinux
import NetworkTypes
import Testing

@testable import Netlink

@Suite("News of addresses and routers")
struct RouterNewsTests {
    /// Name servers as the kernel hands them on (RFC 8106 5.1).
    static let nameServers = hex(
        """
        4c000000 4400 0000 00000000 00000000  # nlmsghdr: 76 bytes, RTM_NEWNDUSEROPT, a notification
        0a 00 1800 02000000 86 00 0000 00000000  # nduseroptmsg: AF_INET6, 24 bytes of options, index 2, ICMPv6 134
        19 03 0000 00000708                   # RDNSS: 24 bytes, for 1800 s
        20010db8 00000000 00000000 00000053   #   2001:db8::53
        1400 0100 fe800000 00000000           # NDUSEROPT_SRCADDR: fe80::1
                  00000000 00000001
        """)

    private static func options(_ listing: String) throws -> [RouterOption] {
        try RouterOption.parse(hex(listing)[...])
    }

    private static func address(_ text: String) throws -> IPv6Address {
        try #require(IPv6Address(text))
    }

    @Test("name servers are heard with their router and life time")
    func heardNameServers() throws {
        var message = Self.nameServers
        #expect(
            AddressMonitor.changes(in: message[...]) == [
                .routerOptions(
                    linkIndex: 2, router: try Self.address("fe80::1"),
                    [.nameServers([try Self.address("2001:db8::53")], seconds: 1800)])
            ])
        message[24] = 137
        #expect(AddressMonitor.changes(in: message[...]) == [], "a redirect has no such options")
        message[18] = 200
        #expect(AddressMonitor.changes(in: message[...]) == [.missed])
    }

    @Test("several options, two name servers, search domains, for ever and no longer")
    func options() throws {
        let options = try Self.options(
            """
            01 01 525400123456                    # source link-layer address: passed over
            19 05 0000 ffffffff                   # RDNSS: 40 bytes, for ever
            20010db8 00000000 00000000 00000053
            fe800000 00000000 00000000 00000001
            1f 04 0000 00000000                   # DNSSL: 32 bytes, no longer
            03 6c6162 07 6578616d706c65 00        #   lab.example
            04 636f7270 00 0000000000             #   corp, padded by 5
            """)
        #expect(
            options == [
                .nameServers([try Self.address("2001:db8::53"), try Self.address("fe80::1")], seconds: nil),
                .searchDomains(["lab.example", "corp"], seconds: 0),
            ])
    }

    @Test(
        "what RFC 8106 calls invalid is passed over",
        arguments: [
            "19 01 0000 00000708",  // no address
            "19 02 0000 00000708 20010db8 00000000",  // half an address
            "1f 01 0000 00000708",  // no domain
            "1f 02 0000 00000708 0761620000000000",  // a domain cut short
            "1f 02 0000 00000708 c00c000000000000",  // a pointer
            "1f 02 0000 00000708 0361200a00000000",  // a space and a line feed
        ])
    func invalid(_ listing: String) throws {
        #expect(try Self.options(listing) == [])
    }

    @Test("lengths that contradict the bytes are errors", arguments: ["1900", "19", "1902000000000708", "0100 0000"])
    func contradictions(_ listing: String) {
        #expect(throws: MalformedNetlinkMessage.self) { try Self.options(listing) }
    }

    @Test("no bytes trap")
    func fuzz() {
        var random = SystemRandomNumberGenerator()
        for round in 0..<4000 {
            var bytes = Self.nameServers
            if round % 2 == 0 {
                bytes = (0..<Int.random(in: 0...120, using: &random)).map { _ in .random(in: 0...255, using: &random) }
            }
            for _ in 0..<4 where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...40, using: &random)
            }
            _ = AddressMonitor.changes(in: bytes[...])
            _ = try? RouterOption.parse(bytes.dropFirst(min(32, bytes.count)))
            _ = DomainNames.parse(bytes)
        }
    }

    @Test("an address's flags are those of the attribute, or else of the header")
    func addressFlags() throws {
        let tentative = hex(
            """
            48000000 1400 0000 00000000 00000000  # nlmsghdr: 72 bytes, RTM_NEWADDR
            0a 40 c0 00 02000000                  # ifaddrmsg: AF_INET6, /64, TENTATIVE|PERMANENT, index 2
            1400 0100 fe800000 00000000           # IFA_ADDRESS: fe80::5054:ff:fe12:3456
                      505400ff fe123456
            1400 0600 ffffffff 64000000           # IFA_CACHEINFO: preferred for ever, valid 100,
                      00000000 00000000           #   created, updated
            0800 0800 40020000                    # IFA_FLAGS: TENTATIVE|NOPREFIXROUTE
            """)
        guard case .present(let address) = AddressMonitor.changes(in: tentative[...]).first else {
            Issue.record("no address")
            return
        }
        #expect(address.flags == AddressFlags(rawValue: 0x240) && !address.isReady)
        #expect(address.flags.description == "tentative")
        #expect(address.preferredSeconds == nil && address.validSeconds == 100)
        #expect(address.prefix?.description == "fe80::5054:ff:fe12:3456/64" && address.scope == "global")
        var short = Array(tentative.prefix(64))
        short[0] = 64
        guard case .present(let other) = AddressMonitor.changes(in: short[...]).first else {
            Issue.record("no address")
            return
        }
        #expect(other.flags == [.tentative, .permanent])
    }

    @Test("the flags M and O come with a link, and as news of IPv6")
    func routerFlags() throws {
        let news = hex(
            """
            34000000 1000 0000 00000000 00000000  # nlmsghdr: 52 bytes, RTM_NEWLINK
            0a 00 0100 02000000 43100100 00000000  # ifinfomsg: AF_INET6, ARPHRD_ETHER, index 2
            1400 0c80                             # IFLA_PROTINFO, nested: 20 bytes
              0800 0100 f0000080                  #   IFLA_INET6_FLAGS: READY|OTHERCONF|MANAGED|RCVD|SENT
              0800 0900 dc050000                  #   IFLA_INET6_RA_MTU: 1500
            """)
        guard case .routers(2, let routers) = AddressMonitor.changes(in: news[...]).first else {
            Issue.record("\(AddressMonitor.changes(in: news[...]))")
            return
        }
        #expect(routers.flags.isSuperset(of: [.asked, .heard, .managed, .otherSettings]) && routers.mtu == 1500)

        let link = hex(
            """
            3c000000 1000 0000 00000000 00000000  # nlmsghdr: 60 bytes, RTM_NEWLINK
            00 00 0100 02000000 43100100 00000000  # ifinfomsg: ARPHRD_ETHER, index 2
            0900 0300 65746830 00 000000          # IFLA_IFNAME: "eth0"
            1000 1a80                             # IFLA_AF_SPEC, nested: 16 bytes
              0c00 0a80                           #   AF_INET6, nested: 12 bytes
                0800 0100 70000080                #     IFLA_INET6_FLAGS: READY|MANAGED|RCVD|SENT
            """)
        let parsed = try #require(try NetlinkMessage.parse(link[...]).first.map { try Link(parsing: $0) })
        #expect(parsed.routers?.flags.contains(.managed) == true)
        #expect(parsed.routers?.flags.contains(.otherSettings) == false && parsed.routers?.mtu == nil)
    }

    @Test("routes that are cached, expired, multicast, local or of another table are passed over")
    func passedOverRoutes() throws {
        let route = hex(
            """
            50000000 1800 0000 00000000 00000000  # nlmsghdr: 80 bytes, RTM_NEWROUTE
            0a 00 00 00 fe 09 00 01 00000000      # rtmsg: AF_INET6, /0, main, ra, universe, unicast
            1400 0500 fe800000 00000000           # RTA_GATEWAY: fe80::1
                      00000000 00000001
            0800 0400 02000000                    # RTA_OIF: 2
            0800 0600 00040000                    # RTA_PRIORITY: 1024
            1000 0c00 00000000 00000000 10270000  # RTA_CACHEINFO: references, last use, expires in 10000 ticks
            """)
        func parse(_ change: (inout [UInt8]) -> Void) throws -> Route? {
            var bytes = route
            change(&bytes)
            return try NetlinkMessage.parse(bytes[...]).first.flatMap { try Route(parsing: $0) }
        }
        let read = try #require(try parse { _ in })
        #expect(read.destination == .everywhereIPv6 && read.gateway == IPAddress("fe80::1"))
        #expect(read.origin == .router && read.metric == 1024 && read.isDefault)
        #expect(try parse { $0[25] = 0x02 } == nil, "RTM_F_CLONED")
        #expect(try parse { $0[23] = 2 } == nil, "RTN_LOCAL")
        #expect(try parse { $0[20] = 255 } == nil, "the local table")
        #expect(try parse { $0[16] = 28 } == nil, "another family")
        #expect(try parse { $0[79] = 0xff } == nil, "expired")
        #expect(try parse { $0[17] = 129 } == nil, "a prefix that is too long")
    }
}
