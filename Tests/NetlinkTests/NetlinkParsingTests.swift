import CLinux
import NetworkTypes
import SystemPackage
import Testing

@testable import Netlink

@Suite("Netlink answers")
struct NetlinkParsingTests {
    /// A link as the kernel sends it.
    static let link = hex(
        """
        50000000 1000 0200 05000000 34120000  # nlmsghdr: 80 bytes, RTM_NEWLINK, MULTI
        00 00 0100 02000000 43100100 00000000  # ifinfomsg: ARPHRD_ETHER, index 2, UP|BROADCAST|RUNNING|MULTICAST|LOWER_UP
        0900 0300 65746830 00 000000          # IFLA_IFNAME: "eth0"
        0800 0400 dc050000                    # IFLA_MTU: 1500
        0500 1000 06 000000                   # IFLA_OPERSTATE: up
        0500 2100 01 000000                   # IFLA_CARRIER
        0a00 0100 525400123456 0000           # IFLA_ADDRESS
        """)
    static let done = hex("14000000 0300 0200 05000000 34120000 00000000")

    private func collect(_ datagrams: [[UInt8]], sender: UInt32 = 0) throws -> NetlinkExchange {
        var exchange = NetlinkExchange(sequence: 5, port: 0x1234)
        for datagram in datagrams { try exchange.receive(datagram[...], from: sender) }
        return exchange
    }

    @Test("a link is read with all that is known of it")
    func readLink() throws {
        let exchange = try collect([Self.link + Self.done])
        #expect(exchange.outcome == .acknowledged)
        let link = try Link(parsing: try #require(exchange.answers.first))
        #expect(link.index == 2)
        #expect(link.name == "eth0")
        #expect(link.mac == MACAddress("52:54:00:12:34:56"))
        #expect(link.mtu == 1500)
        #expect(link.operationalState == .up)
        #expect(link.isRunning && link.isEthernet && link.hasCarrier)
        #expect(link.kind == nil && link.masterIndex == nil && link.routers == nil)
        #expect(link.flags.description == "BROADCAST,MULTICAST,UP,LOWER_UP")
    }

    @Test("answers to other requests, to other sockets, and from other processes are passed over")
    func strangers() throws {
        var otherSequence = Self.link
        otherSequence[8] = 4
        var otherPort = Self.link
        otherPort[12] = 0x35
        let exchange = try collect([otherSequence, otherPort])
        #expect(exchange.answers.isEmpty && exchange.outcome == nil)
        #expect(try collect([Self.link + Self.done], sender: 4711).outcome == nil)
    }

    @Test("a list that changed while it was read is noticed")
    func interrupted() throws {
        var marked = Self.link
        marked[6] |= UInt8(NLM_F_DUMP_INTR)
        #expect(try collect([marked, Self.done]).wasInterrupted)
        #expect(try !collect([Self.link, Self.done]).wasInterrupted)
    }

    @Test("a refusal carries the error number and the kernel's own words")
    func refusal() throws {
        let error = hex(
            """
            3c000000 0200 0003 05000000 34120000  # nlmsghdr: 60 bytes, NLMSG_ERROR, CAPPED|ACK_TLVS
            eaffffff                              # nlmsgerr: -22 (EINVAL)
            28000000 1000 0500 05000000 34120000  #   the refused header
            1700 0100 696e76616c6964206d61782d6c656e677468 00 00  # NLMSGERR_ATTR_MSG, padded by 1
            """)
        #expect(try collect([error]).outcome == .refused(.invalidArgument, reason: "invalid max-length"))
    }

    @Test("an error that repeats the refused message has its attributes behind it")
    func uncappedRefusal() throws {
        let error = hex(
            """
            34000000 0200 0002 05000000 34120000  # nlmsghdr: 52 bytes, NLMSG_ERROR, ACK_TLVS
            f3ffffff                              # nlmsgerr: -13 (EACCES)
            18000000 1000 0500 05000000 34120000  #   the refused header: 24 bytes
            00000000 00000000                     #   its payload
            0700 0100 6e6f 00 00                  # NLMSGERR_ATTR_MSG: "no", padded by 1
            """)
        #expect(try collect([error]).outcome == .refused(.permissionDenied, reason: "no"))
    }

    @Test("lengths that contradict the bytes are errors, not traps")
    func malformed() {
        let cases: [(String, String)] = [
            ("0f000000 1000 0200 05000000 34120000", "shorter than its header"),
            ("11000000 1000 0200 05000000 34120000", "cut short"),
            ("10000000 1000 0200 0500", "cut short"),
            ("ffffffff 1000 0200 05000000 34120000", "cut short"),
        ]
        for (bytes, why) in cases {
            let error = #expect(throws: MalformedNetlinkMessage.self) { try NetlinkMessage.parse(hex(bytes)[...]) }
            #expect(error?.description.contains(why) == true)
        }
        for (bytes, why) in [("0300 0100", "shorter than its header"), ("0900 0100 00000000", "cut short")] {
            let error = #expect(throws: MalformedNetlinkMessage.self) {
                try NetlinkAttributes(parsing: hex(bytes)[...])
            }
            #expect(error?.description.contains(why) == true)
        }
    }

    @Test("damaged answers never trap")
    func fuzz() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var bytes = Self.link + Self.done
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0...bytes.count, using: &random))
            _ = LinkMonitor.changes(in: bytes[...])
            _ = AddressMonitor.changes(in: bytes[...])
            var exchange = NetlinkExchange(sequence: 5, port: 0x1234)
            try? exchange.receive(bytes[...], from: 0)
            for message in exchange.answers {
                _ = try? LinkAddress(parsing: message)
                _ = try? Route(parsing: message)
            }
        }
    }

    @Test("errors say what was asked of which link, and why not")
    func errors() {
        let asked = "set link eth0 up"
        #expect(
            NetlinkError.refused(asked: asked, errno: .notPermitted, reason: nil).description
                == "set link eth0 up: Operation not permitted")
        #expect(NetlinkError.refused(asked: asked, errno: .notPermitted, reason: nil).advice.contains("root"))
        #expect(
            NetlinkError.refused(asked: asked, errno: .invalidArgument, reason: "bad MTU").description
                == "set link eth0 up: Invalid argument (kernel: bad MTU)")
    }
}
