import NetworkTypes
import Testing

@testable import DHCPv4

@Suite("The lease machine")
struct LeaseMachineTests {
    private static let mac = TestClient.mac
    private static let server = TestClient.server
    private static let address = TestClient.address
    private let begin = ContinuousClock.now

    private func machine() -> LeaseMachine { TestClient.machine() }

    private func bind(_ machine: inout LeaseMachine) throws -> [LeaseAction] {
        try TestClient.bind(&machine, at: begin)
    }

    @Test("DISCOVER, OFFER, REQUEST, ACK lead to a lease, each message as RFC 2131 table 5 has it")
    func fourMessages() throws {
        var machine = machine()
        let first = machine.start(at: begin)
        let discover = try #require(first.message)
        #expect(first.destination == .broadcast(from: .any))
        #expect(discover.kind == .discover && !discover.isReply && !discover.wantsBroadcast)
        #expect(discover.options[.clientIdentifier] == [1] + Self.mac.octets)
        #expect(discover.options[.parameterRequestList]?.prefix(3) == [1, 121, 3])
        #expect(discover.options[.requestedAddress] == nil && discover.options[.serverIdentifier] == nil)

        let second = machine.receive(answer(.offer, to: discover), at: begin)
        let request = try #require(second.message)
        #expect(second.destination == .broadcast(from: .any))
        #expect(request.kind == .request && request.transactionID == discover.transactionID)
        #expect(request.seconds == discover.seconds && request.clientAddress == .any)
        #expect(request.options.address(.requestedAddress) == Self.address)
        #expect(request.options.address(.serverIdentifier) == Self.server)

        let third = machine.receive(answer(.ack, to: request), at: begin)
        #expect(third.lease?.address.description == "192.0.2.7/24")
        #expect(third.expiry == begin + .seconds(3600))
        #expect(third.timer == begin + .seconds(1800))
        #expect(machine.lease?.server == Self.server)
    }

    @Test("unanswered DISCOVERs are repeated quickly at first, then after 4, 8, 16, 32, 64 s, each ±1 s")
    func retransmission() throws {
        var machine = machine()
        var now = begin
        var actions = machine.start(at: now)
        let identifier = try #require(actions.message?.transactionID)
        for (attempt, expected) in [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 64, 64].enumerated() {
            let message = try #require(actions.message)
            #expect(message.kind == .discover && message.transactionID == identifier)
            #expect(Int64(message.seconds) == begin.duration(to: now).components.seconds)
            #expect(message.wantsBroadcast == (attempt >= 3 && attempt % 2 == 1))
            let due = try #require(actions.timer)
            let delay = now.duration(to: due)
            let spread = expected < 4 ? expected / 8 : 1
            #expect(delay >= .seconds(expected - spread) && delay <= .seconds(expected + spread), "\(delay)")
            #expect(machine.timerFired(at: due - .milliseconds(1)) == [.setTimer(due)], "too early is no harm")
            now = due
            actions = machine.timerFired(at: now)
        }
        #expect(machine.progress.discoversSent == 12)
    }

    @Test("answers to others, requests, and messages out of order are passed over")
    func strangers() throws {
        var machine = machine()
        let discover = try #require(machine.start(at: begin).message)
        var otherClient = answer(.offer, to: discover)
        otherClient.clientMAC = .broadcast
        var otherExchange = answer(.offer, to: discover)
        otherExchange.transactionID &+= 1
        var request = answer(.offer, to: discover)
        request.isReply = false
        for message in [otherClient, otherExchange, request, answer(.ack, to: discover), answer(.nak, to: discover)] {
            #expect(machine.receive(message, at: begin).isEmpty)
        }
        #expect(machine.receive(answer(.offer, to: discover), at: begin).message?.kind == .request)
    }

    @Test("an offer that is none is passed over with the reason, and the next one taken")
    func unusableOffer() throws {
        var machine = machine()
        let discover = try #require(machine.start(at: begin).message)
        let actions = machine.receive(answer(.offer, to: discover, address: .any), at: begin)
        #expect(actions == [.ignored("the offer from 192.0.2.1 was unusable: it has no usable address (0.0.0.0)")])
        #expect(machine.progress.lastIgnored?.contains("192.0.2.1") == true)
        #expect(machine.receive(answer(.offer, to: discover), at: begin).message?.kind == .request)
    }

    @Test("a server that offers but does not confirm is given up after six REQUESTs")
    func withdrawnOffer() throws {
        var machine = machine()
        var now = begin
        let discover = try #require(machine.start(at: now).message)
        var actions = machine.receive(answer(.offer, to: discover), at: now)
        for _ in 0..<6 {
            #expect(actions.message?.kind == .request)
            now = try #require(actions.timer)
            actions = machine.timerFired(at: now)
        }
        #expect(actions.first == .failed(.offerWithdrawn(server: Self.server, requests: 6)))
        #expect(actions.message?.kind == .discover)
        #expect(actions.message?.transactionID != discover.transactionID)
    }

    @Test("after a NAK it begins anew: at once, then more and more slowly")
    func refusal() throws {
        var machine = machine()
        var now = begin
        var actions = machine.start(at: now)
        for (refusal, pause) in [0, 1, 2, 4, 8].enumerated() {
            let discover = try #require(actions.message)
            let request = try #require(machine.receive(answer(.offer, to: discover), at: now).message)
            let stranger = answer(.nak, to: request, server: IPv4Address("198.51.100.1"))
            #expect(machine.receive(stranger, at: now).isEmpty, "only the chosen server can refuse")
            actions = machine.receive(answer(.nak, to: request, text: "wrong network"), at: now)
            #expect(actions.first == .failed(.refused(server: Self.server, message: "wrong network")))
            guard refusal > 0 else { continue }
            #expect(actions.message == nil)
            #expect(actions.timer == now + .seconds(pause))
            now = try #require(actions.timer)
            actions = machine.timerFired(at: now)
        }
        #expect(
            machine.progress.lastFailure?.description
                == "DHCP server 192.0.2.1 refused the request (NAK): wrong network")
    }

    @Test("at T1 the lease is renewed with its server by unicast, and its times begin anew")
    func renewal() throws {
        var machine = machine()
        var actions = try bind(&machine)
        let renewal = try #require(actions.timer)
        actions = machine.timerFired(at: renewal)
        let request = try #require(actions.message)
        #expect(actions.destination == .unicast(from: Self.address, to: Self.server))
        #expect(request.clientAddress == Self.address)
        #expect(request.options[.requestedAddress] == nil && request.options[.serverIdentifier] == nil)
        actions = machine.receive(answer(.ack, to: request), at: renewal + .seconds(1))
        #expect(actions.lease?.address.address == Self.address)
        #expect(actions.expiry == renewal + .seconds(3600), "the time counts from the request")
    }

    @Test("without an answer it asks at half of the time left, any server from T2 on, and lets go at the end")
    func rebindingAndExpiry() throws {
        var machine = machine()
        var actions = try bind(&machine)
        var elapsed: [Int64] = []
        var destinations: [DHCPDestination?] = []
        while actions.first != .lost(.expired(server: Self.server)) {
            let now = try #require(actions.timer)
            actions = machine.timerFired(at: now)
            guard actions.message != nil else { continue }
            elapsed.append(begin.duration(to: now).components.seconds)
            destinations.append(actions.destination)
            try #require(elapsed.count < 50)
        }
        // T1 = 1800, T2 = 3150: half of what is left to T2, at least a minute; then half of what is left to 3600.
        #expect(elapsed == [1800, 2475, 2812, 2981, 3065, 3125, 3150, 3375, 3487, 3547, 3600])
        #expect(destinations.prefix(6).allSatisfy { $0 == .unicast(from: Self.address, to: Self.server) })
        #expect(destinations[6..<10].allSatisfy { $0 == .broadcast(from: Self.address) })
        #expect(destinations.last == .broadcast(from: .any))
        #expect(actions.message?.kind == .discover)
        #expect(machine.lease == nil)
    }

    @Test("a NAK while renewing ends the lease at once")
    func refusedRenewal() throws {
        var machine = machine()
        var actions = try bind(&machine)
        let now = try #require(actions.timer)
        let request = try #require(machine.timerFired(at: now).message)
        actions = machine.receive(answer(.nak, to: request), at: now)
        #expect(actions.first == .lost(.refused(server: Self.server, message: nil)))
        #expect(actions.message?.kind == .discover)
        #expect(machine.lease == nil)
    }

    @Test("a lease for ever is never renewed")
    func infinite() throws {
        var machine = machine()
        let discover = try #require(machine.start(at: begin).message)
        let request = try #require(machine.receive(answer(.offer, to: discover), at: begin).message)
        let actions = machine.receive(answer(.ack, to: request, leaseSeconds: .max), at: begin)
        #expect(actions.timer == nil && actions.expiry == nil && actions.lease != nil)
        #expect(machine.timerFired(at: begin + .seconds(100_000_000)).isEmpty)
    }

    @Test("random bytes and damaged messages never trap")
    func fuzz() throws {
        var random = SeededGenerator(7)
        for round in 0..<3000 {
            var machine = machine()
            let discover = try #require(machine.start(at: begin).message)
            let packet = UDPPacket(
                from: Self.server, port: 67, to: .broadcast, port: 68, payload: answer(.offer, to: discover).encoded)
            var bytes = packet.encoded
            if round % 3 == 0 {
                bytes = (0..<Int.random(in: 0...700, using: &random)).map { _ in .random(in: 0...255, using: &random) }
            } else {
                let from = round % 3 == 1 ? 28 : 28 + 240
                for _ in 0..<Int.random(in: 1...12, using: &random) {
                    bytes[Int.random(in: from..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
                }
            }
            if let parsed = UDPPacket(parsing: bytes[...], verifyingUDPChecksum: false),
                let message = try? DHCPMessage(parsing: parsed.payload[...])
            {
                _ = message.encoded
                _ = machine.receive(message, at: begin)
            }
            if let message = try? DHCPMessage(parsing: bytes[...]) { _ = try? DHCPLease(message) }
            _ = DHCPRoute.classless(parsing: bytes)
            _ = DomainSearchList.parse(bytes)
            if let packet = ARPPacket(parsing: bytes[...]) { _ = machine.receive(packet, at: begin) }
            _ = machine.timerFired(at: begin + .seconds(1000))
        }
    }
}
