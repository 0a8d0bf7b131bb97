import NetworkTypes
import Testing

@testable import DHCPv4

@Suite("DHCP messages on the wire")
struct DHCPMessageTests {
    private static let mac = MACAddress("52:54:00:12:34:56") ?? .zero

    @Test("a DISCOVER is laid out as RFC 2131 has it")
    func discover() {
        var message = DHCPMessage(.discover, transactionID: 0xdead_beef, clientMAC: Self.mac)
        message.seconds = 3
        message.wantsBroadcast = true
        message.options[.clientIdentifier] = [1] + Self.mac.octets
        message.options[.parameterRequestList] = [1, 121, 3]
        let expected =
            hex(
                """
                01 01 06 00                  # op BOOTREQUEST, htype Ethernet, hlen 6, hops 0
                deadbeef                     # xid
                0003 8000                    # secs 3, flags: broadcast
                00000000 00000000            # ciaddr, yiaddr
                00000000 00000000            # siaddr, giaddr
                525400123456 00000000000000000000  # chaddr
                """) + [UInt8](repeating: 0, count: 64 + 128)
            + hex(
                """
                63825363                     # magic cookie
                35 01 01                     # 53: DISCOVER
                3d 07 01 525400123456        # 61: client identifier
                37 03 01 79 03               # 55: parameter request list
                ff
                """)
        #expect(message.encoded == expected + [UInt8](repeating: 0, count: 300 - expected.count))
        #expect((try? DHCPMessage(parsing: message.encoded[...])) == message)
    }

    /// A reply with options, the kind (53) among them, in the three places where they may be.
    static func reply(options: [UInt8], file: [UInt8] = [], serverName: [UInt8] = []) -> [UInt8] {
        hex("02 01 06 00 deadbeef 0000 0000 00000000 c0000207 00000000 00000000 525400123456 00000000000000000000")
            + serverName + [UInt8](repeating: 0, count: 64 - serverName.count)
            + file + [UInt8](repeating: 0, count: 128 - file.count) + hex("63825363") + options
    }

    @Test("options go on in file and then in sname, and the parts of one option are one value")
    func overloadAndConcatenation() throws {
        let bytes = Self.reply(
            options: hex("35 01 05  34 01 03  0f 03 6c6162  00 00  06 04 c0000201  ff 0c 01 78"),
            file: hex("0f 04 2e657861 06 02 c000 ff"), serverName: hex("0f 04 6d706c65 06 02 0202 ff"))
        let message = try DHCPMessage(parsing: bytes[...])
        #expect(message.kind == .ack && message.isReply)
        #expect(message.options.text(.domainName) == "lab.example")
        #expect(message.options.addresses(.nameServers).map(\.description) == ["192.0.2.1", "192.0.2.2"])
        #expect(message.options[.hostName] == nil, "what follows the end option is no option")
        #expect(message.yourAddress == IPv4Address("192.0.2.7"))
    }

    @Test("a list of domains that is spread over three fields is one list, pointers and all")
    func domainSearchInParts() throws {
        // The pointer in `sname` leads to the label "lab" in the options field.
        let bytes = Self.reply(
            options: hex("35 01 05  34 01 03  36 04 c0000201  77 06 016103 6c6162 ff"),
            file: hex("77 05 03 6e6574 00 ff"), serverName: hex("77 04 0162 c002 ff"))
        let lease = try DHCPLease(DHCPMessage(parsing: bytes[...]))
        #expect(lease.domains == ["a.lab.net", "b.lab.net"])
    }

    @Test("without overload, file and sname are left alone")
    func noOverload() throws {
        let bytes = Self.reply(options: hex("35 01 05 ff"), file: hex("0f 01 78 ff"), serverName: hex("0f 01 79 ff"))
        #expect(try DHCPMessage(parsing: bytes[...]).options.codes.isEmpty)
    }

    @Test("a long option is split when sent and joined when read")
    func longOption() throws {
        var message = DHCPMessage(.ack, isReply: true, transactionID: 1, clientMAC: Self.mac)
        message.options[.classlessRoutes] = [UInt8](repeating: 7, count: 600)
        message.options[.domainName] = []
        let parsed = try DHCPMessage(parsing: message.encoded[...])
        #expect(parsed.options[.classlessRoutes] == [UInt8](repeating: 7, count: 600))
        #expect(parsed.options[.domainName] == [])
    }

    @Test("bytes that are no DHCP message are refused with the reason")
    func refused() {
        let good = Self.reply(options: hex("35 01 05 ff"))
        var bootp = good
        bootp[236] = 0
        var infiniband = good
        infiniband[1] = 32
        var operation = good
        operation[0] = 3
        let cases: [([UInt8], String)] = [
            ([], "cut short at 0 bytes"), (Array(good.prefix(239)), "cut short at 239 bytes"), (bootp, "BOOTP"),
            (infiniband, "not for Ethernet"), (operation, "operation 3"), (Self.reply(options: [255]), "what kind"),
            (Self.reply(options: hex("35 01 63 ff")), "what kind"), (Self.reply(options: hex("35 01 05 06")), "option"),
            (Self.reply(options: hex("35 01 05 06 04 c0")), "an option is cut short"),
        ]
        for (bytes, why) in cases {
            let error = #expect(throws: DHCPMessageError.self) { try DHCPMessage(parsing: bytes[...]) }
            #expect(error?.description.contains(why) == true, "\(String(describing: error)) for \(why)")
        }
    }

    @Test("a missing end option is no error")
    func noEnd() throws {
        #expect(try DHCPMessage(parsing: Self.reply(options: hex("35 01 02"))[...]).kind == .offer)
    }

    @Test("text from a server cannot hold control characters")
    func text() throws {
        let message = try DHCPMessage(
            parsing: Self.reply(options: hex("35 01 06 38 08 6e6f 0a 1b 5b 6e 6f 00 ff"))[...])
        #expect(message.options.text(.message) == "no[no")
    }
}
