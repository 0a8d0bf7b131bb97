import NetworkTypes
import Testing

@testable import DHCPv6

@Suite("DHCPv6 messages on the wire")
struct DHCPv6MessageTests {
    private static let mac = MACAddress("52:54:00:12:34:56") ?? .zero

    /// A server's answer with all that is read of one.
    static let reply = hex(
        """
        07 1234ab                             # REPLY, transaction 1234ab
        0001 000a 0003 0001 525400123456      # client identifier: DUID-LL, Ethernet
        0002 000a 0003 0001 525400000001      # server identifier
        0003 0028 00123456 00000384 000005a0  # IA_NA: interface 123456, T1 900 s, T2 1440 s
          0005 0018 20010db8 00000000         #   IAADDR: 2001:db8::100,
                    00000000 00000100
                    00000708 00000e10         #     preferred 1800 s, valid 3600 s
        000d 0004 0000 6f6b                   # status: success, "ok"
        0017 0020 20010db8 00000000           # name servers: 2001:db8::53,
                  00000000 00000053
                  fe800000 00000000           #   fe80::53
                  00000000 00000053
        0018 000d 036c6162 076578616d706c65 00  # domains: lab.example
        001f 0010 20010db8 00000000           # SNTP: 2001:db8::123
                  00000000 00000123
        0038 0014 0001 0010 20010db8 00000000  # NTP: address 2001:db8::124
                  00000000 00000124
        0038 0009 0003 0005 036e7470 00       # NTP: name ntp
        """)

    private func lease(_ bytes: [UInt8], held: IPv6Address? = nil) throws -> DHCPv6Lease {
        let message = try DHCPv6Message(parsing: bytes[...])
        let server = try #require(message.options[.serverIdentifier].flatMap { DUID(octets: $0) })
        return try DHCPv6Lease(
            message, from: server, at: try #require(IPv6Address("fe80::1")), identifier: 0x12_3456, held: held)
    }

    @Test("SOLICIT has identity, rapid commit, an empty identity association and what is wanted")
    func solicit() throws {
        var random: any RandomNumberGenerator = SeededGenerator(1)
        let now = ContinuousClock.now
        var exchange = Exchange(.solicit, .solicit, at: now, using: &random)
        exchange.send(at: now, using: &random)
        exchange.send(at: now + .milliseconds(1070), using: &random)
        let client = ClientMessages(duid: DUID(mac: Self.mac), identifier: 0x12_3456)
        var bytes = client.message(of: exchange).encoded
        bytes.replaceSubrange(1..<4, with: [0xab, 0xcd, 0xef])
        #expect(
            bytes
                == hex(
                    """
                    01 abcdef                             # SOLICIT (transaction set by the test)
                    0001 000a 0003 0001 525400123456      # client identifier: DUID-LL, Ethernet
                    0008 0002 006b                        # elapsed time: 1.07 s
                    000e 0000                             # rapid commit
                    0003 000c 00123456 00000000 00000000  # IA_NA: interface 123456, no times
                    0006 000a 0017 0018 001f 0038 0052    # wanted: DNS, domains, SNTP, NTP, SOL_MAX_RT
                    """))
    }

    @Test("RENEW names its server and its address")
    func renew() throws {
        var random: any RandomNumberGenerator = SeededGenerator(1)
        let exchange = Exchange(.renew, .renew, at: .now, using: &random)
        let client = ClientMessages(duid: DUID(mac: Self.mac), identifier: 0x12_3456)
        let server = DUID(mac: try #require(MACAddress("52:54:00:00:00:01")))
        var bytes = client.message(of: exchange, server: server, address: IPv6Address("2001:db8::100")).encoded
        bytes.replaceSubrange(1..<4, with: [0xab, 0xcd, 0xef])
        #expect(
            bytes
                == hex(
                    """
                    05 abcdef                             # RENEW (transaction set by the test)
                    0001 000a 0003 0001 525400123456      # client identifier
                    0002 000a 0003 0001 525400000001      # server identifier
                    0008 0002 0000                        # elapsed time
                    0003 0028 00123456 00000000 00000000  # IA_NA: interface 123456
                      0005 0018 20010db8 00000000         #   IAADDR: 2001:db8::100, no times
                                00000000 00000100
                                00000000 00000000
                    0006 000a 0017 0018 001f 0038 0052    # wanted
                    """))
    }

    @Test("INFORMATION-REQUEST asks when to ask again")
    func informationRequest() throws {
        var random: any RandomNumberGenerator = SeededGenerator(1)
        let exchange = Exchange(.informationRequest, .information, at: .now, using: &random)
        let client = ClientMessages(duid: DUID(mac: Self.mac), identifier: 0x12_3456)
        var bytes = client.message(of: exchange).encoded
        bytes.replaceSubrange(1..<4, with: [0xab, 0xcd, 0xef])
        #expect(
            bytes
                == hex(
                    """
                    0b abcdef                                # INFORMATION-REQUEST (transaction set by the test)
                    0001 000a 0003 0001 525400123456         # client identifier
                    0008 0002 0000                           # elapsed time
                    0006 000c 0017 0018 001f 0038 0020 0053  # wanted: the settings, refresh time, INF_MAX_RT
                    """))
    }

    @Test("a REPLY is read with all that is known of it")
    func readReply() throws {
        let message = try DHCPv6Message(parsing: Self.reply[...])
        #expect(message.kind == .reply && message.transactionID == 0x1234ab)
        #expect(message.encoded == Self.reply)
        let lease = try lease(Self.reply)
        #expect(lease.address == IPv6Address("2001:db8::100") && lease.prefix?.description == "2001:db8::100/128")
        #expect(lease.preferredSeconds == 1800 && lease.validSeconds == 3600)
        #expect(lease.renewalSeconds == 900 && lease.rebindingSeconds == 1440)
        #expect(lease.server.description == "00:03:00:01:52:54:00:00:00:01")
        #expect(lease.settings.nameServers.map(\.description) == ["2001:db8::53", "fe80::53"])
        #expect(lease.settings.domains == ["lab.example"])
        #expect(lease.settings.ntpServers == ["2001:db8::124", "ntp", "2001:db8::123"])
    }

    /// T1, T2, preferred and valid as sent, then T1 and T2 as used.
    @Test(
        "times that the server leaves to the client are half and four fifths of the preferred time",
        arguments: [
            ([900, 1440, 1800, 3600], [900, 1440]),
            ([0, 0, 1800, 3600], [900, 1440]),
            ([0, 600, 1800, 3600], [600, 600]),
            ([1600, 0, 1800, 3600], [1600, 1600]),
            ([0, 0, 0, 3600], [1800, 2880]),
            ([0, 0, 4, 4], [5, 5]),
            ([1, 2, 1800, 3600], [5, 5]),
            ([0, 0, .max, .max], [nil, nil]),
            ([.max, .max, 1800, 3600], [nil, nil]),
        ] as [([UInt32], [UInt32?])])
    func times(sent: [UInt32], used: [UInt32?]) throws {
        var server = TestServer()
        (server.renewal, server.rebinding, server.preferred, server.valid) = (sent[0], sent[1], sent[2], sent[3])
        let lease = try lease(server.answer(.reply, to: try request()).encoded)
        #expect([lease.renewalSeconds, lease.rebindingSeconds] == used)
        #expect(lease.validSeconds == (sent[3] == .max ? nil : sent[3]))
    }

    @Test("what makes no lease says why")
    func noLease() throws {
        func problem(_ change: (inout TestServer) -> Void, held: String? = nil) throws -> NoLease? {
            var server = TestServer()
            change(&server)
            let bytes = server.answer(.reply, to: try request()).encoded
            return #expect(throws: NoLease.self) { try lease(bytes, held: held.flatMap { IPv6Address($0) }) }
        }
        let full = DHCPv6Status(.noAddressAvailable, message: "full")
        #expect(try problem { $0.status = full } == .refused(full))
        #expect(try problem { $0.messageStatus = full } == .refused(full))
        #expect(try problem { $0.hasAssociation = false } == .unusable("it says nothing of an address"))
        #expect(try problem { $0.valid = 0 } == .unusable("it has no usable address"), "preferred is longer")
        #expect(
            try problem({ ($0.preferred, $0.valid) = (0, 0) }, held: "2001:db8::100") == .withdrawn)
        #expect(try problem { $0.address = IPv6Address("fe80::5") ?? .any } == .unusable("it has no usable address"))
        #expect(try problem { ($0.renewal, $0.rebinding) = (100, 50) }.map { "\($0)" }?.contains("100 s") == true)
    }

    private func request() throws -> DHCPv6Message {
        var message = DHCPv6Message(.request, transactionID: 1)
        message.options.append(.clientIdentifier, DUID(mac: Self.mac).octets)
        message.options.append(.identityAssociation, [0, 0x12, 0x34, 0x56] + [UInt8](repeating: 0, count: 8))
        return message
    }

    @Test("statuses are sentences, with the server's words but without what a terminal would obey")
    func statuses() {
        let cases: [([UInt8], String)] = [
            ([0, 2], "it has no address to give (NoAddrsAvail)"),
            (
                [0, 4] + Array("go \u{1b}[31maway".utf8),
                "the address does not belong to this link (NotOnLink): go [31maway"
            ),
            ([0x12, 0x34], "status 4660"),
        ]
        for (bytes, text) in cases { #expect(DHCPv6Status(parsing: bytes)?.description == text) }
        #expect(DHCPv6Status(parsing: [0]) == nil)
        #expect(
            DHCPv6Failure.refused(server: IPv6Address("fe80::1") ?? .any, DHCPv6Status(.noBinding)).description
                == "DHCPv6 server fe80::1 refused: it does not know this lease (NoBinding)")
    }

    @Test("DUIDs of both kinds")
    func duids() {
        #expect(DUID(mac: Self.mac).description == "00:03:00:01:52:54:00:12:34:56")
        let uuid = Array(UInt8(0x10)...0x1f)
        #expect(DUID(uuid: uuid)?.octets == [0, 4] + uuid)
        #expect(DUID(uuid: uuid.dropLast()) == nil)
        #expect(DUID(octets: [0, 4]) == nil && DUID(octets: [UInt8](repeating: 1, count: 131)) == nil)
    }

    @Test(
        "messages that contradict their lengths are errors",
        arguments: [
            ("071234", "it is cut short at 3 bytes"), ("0c123456", "a message of type 12 is not for a client"),
            ("07123456 0001", "an option is cut short"), ("07123456 0001 0003 0000", "an option is cut short"),
            ("07123456 " + String(repeating: "000e0000", count: 257), "it has more than 256 options"),
        ])
    func malformed(listing: String, why: String) {
        let error = #expect(throws: DHCPv6MessageError.self) { try DHCPv6Message(parsing: hex(listing)[...]) }
        #expect(error?.description == why)
    }

    @Test("no bytes trap")
    func fuzz() throws {
        var random = SystemRandomNumberGenerator()
        let server = try #require(DUID(octets: [0, 1, 2]))
        for round in 0..<4000 {
            var bytes = Self.reply
            if round % 4 == 0 {
                bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in .random(in: 0...255, using: &random) }
            }
            for _ in 0..<Int.random(in: 0...6, using: &random) where !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0...min(8, bytes.count), using: &random))
            guard let message = try? DHCPv6Message(parsing: bytes[...]) else { continue }
            _ = try? DHCPv6Lease(message, from: server, at: .any, identifier: 0x12_3456, held: nil)
            _ = DHCPv6Settings(message.options)
            _ = message.options.status
            #expect(try DHCPv6Message(parsing: message.encoded[...]) == message)
        }
    }
}
