import NetworkTypes
import Testing

@testable import DHCPv6

@Suite("The DHCPv6 machine")
struct DHCPv6MachineTests {
    private let begin = ContinuousClock.now
    private let server = TestServer()

    private func machine() -> DHCPv6Machine {
        DHCPv6Machine(mac: MACAddress("52:54:00:12:34:56") ?? .zero, random: SeededGenerator(1))
    }

    private func preferred() -> TestServer {
        var server = server
        server.preference = 255
        return server
    }

    @Test("SOLICIT, ADVERTISE, REQUEST, REPLY lead to a lease; the highest preference is taken at once")
    func fourMessages() throws {
        var machine = machine()
        let solicit = try #require(machine.start(at: begin).message)
        #expect(solicit.kind == .solicit && solicit.options[.rapidCommit] == [])
        #expect(solicit.options[.clientIdentifier] == [0, 3, 0, 1, 0x52, 0x54, 0, 0x12, 0x34, 0x56])
        #expect(solicit.options[.identityAssociation] == [0, 0x12, 0x34, 0x56, 0, 0, 0, 0, 0, 0, 0, 0])
        let request = try #require(
            machine.receive(preferred().answer(.advertise, to: solicit), from: server.sender, at: begin).message)
        #expect(request.kind == .request && request.transactionID != solicit.transactionID)
        #expect(request.options[.serverIdentifier] == server.duid.octets)
        let bound = machine.receive(server.answer(.reply, to: request), from: server.sender, at: begin)
        #expect(bound.lease?.address == server.address && bound.lease?.serverAddress == server.sender)
        #expect(bound.expiry == begin + .seconds(3600) && bound.timer == begin + .seconds(900))
        #expect(machine.lease == bound.lease && machine.progress.offersReceived == 1)
    }

    @Test("a server that commits at once needs two messages")
    func rapidCommit() throws {
        var machine = machine()
        let solicit = try #require(machine.start(at: begin).message)
        #expect(
            machine.receive(server.answer(.reply, to: solicit), from: server.sender, at: begin).isEmpty,
            "a REPLY to a SOLICIT without rapid commit")
        var rapid = server
        rapid.isRapid = true
        let actions = machine.receive(rapid.answer(.reply, to: solicit), from: server.sender, at: begin)
        #expect(actions.lease?.address == server.address)
    }

    @Test("offers are collected for the first second, and the one with the highest preference is taken")
    func preference() throws {
        var machine = machine()
        let actions = machine.start(at: begin)
        let solicit = try #require(actions.message)
        let due = try #require(actions.timer)
        #expect(due >= begin + .seconds(1) && due <= begin + .milliseconds(1100))
        for (number, preference) in [(1, nil), (2, 7), (3, 7), (4, 3)] as [(UInt8, UInt8?)] {
            var other = server
            other.duid = try #require(DUID(octets: [0, 9, number]))
            other.preference = preference
            #expect(
                machine.receive(other.answer(.advertise, to: solicit), from: server.sender, at: begin)
                    == [.setTimer(due)])
        }
        let request = try #require(machine.timerFired(at: due).message)
        #expect(request.kind == .request && request.options[.serverIdentifier] == [0, 9, 2])
        #expect(machine.progress.offersReceived == 4)
    }

    @Test("after the first second the first offer is taken")
    func lateOffer() throws {
        var machine = machine()
        let due = try #require(machine.start(at: begin).timer)
        let again = try #require(machine.timerFired(at: due).message)
        let actions = machine.receive(server.answer(.advertise, to: again), from: server.sender, at: due)
        #expect(actions.message?.kind == .request)
    }

    @Test("unanswered SOLICITs are repeated after 1, 2, 4, 8, 16, 30, 30 s, a tenth more or less")
    func retransmission() throws {
        var machine = machine()
        var now = begin
        var actions = machine.start(at: now)
        let transaction = try #require(actions.message?.transactionID)
        for expected in [1.0, 2, 4, 8, 16, 30, 30] {
            let message = try #require(actions.message)
            #expect(message.kind == .solicit && message.transactionID == transaction)
            let elapsed = try #require(message.options.integer(.elapsedTime, as: UInt16.self))
            let time = begin.duration(to: now)
            #expect(abs(Double(elapsed) / 100 - time / .seconds(1)) < 0.02)
            let due = try #require(actions.timer)
            let delay = now.duration(to: due) / .seconds(1)
            // The doubled delay carries the spread of those before it.
            #expect(delay >= expected * 0.8 && delay <= expected * 1.25, "\(delay) for \(expected)")
            #expect(machine.timerFired(at: due - .milliseconds(1)) == [.setTimer(due)], "too early is no harm")
            now = due
            actions = machine.timerFired(at: now)
        }
        #expect(machine.progress.solicitsSent == 8)
    }

    @Test("a server's limit of the pauses is heeded")
    func limits() throws {
        var machine = machine()
        var slow = server
        slow.hasAssociation = false
        slow.moreOptions = [(.solicitMaximum, [0, 0, 0x0e, 0x10]), (.informationMaximum, [0, 0, 0, 1])]
        let solicit = try #require(machine.start(at: begin).message)
        _ = machine.receive(slow.answer(.advertise, to: solicit), from: server.sender, at: begin)
        #expect(machine.solicitPace.longest == .seconds(3600))
        #expect(machine.informationPace.longest == .seconds(30), "a second is none")
    }

    @Test("answers to others and messages out of order are passed over")
    func strangers() throws {
        var machine = machine()
        let solicit = try #require(machine.start(at: begin).message)
        var otherExchange = server.answer(.advertise, to: solicit)
        otherExchange.transactionID ^= 1
        var otherClient = DHCPv6Message(.advertise, transactionID: solicit.transactionID)
        otherClient.options.append(.clientIdentifier, [0, 3, 0, 1, 1, 2, 3, 4, 5, 6])
        otherClient.options.append(.serverIdentifier, server.duid.octets)
        for message in [otherExchange, otherClient, solicit, server.answer(.renew, to: solicit)] {
            #expect(machine.receive(message, from: server.sender, at: begin).isEmpty)
        }
        var nameless = DHCPv6Message(.advertise, transactionID: solicit.transactionID)
        nameless.options.append(.clientIdentifier, solicit.options[.clientIdentifier] ?? [])
        #expect(
            machine.receive(nameless, from: server.sender, at: begin)
                == [.ignored("the offer from DHCPv6 server fe80::1 was unusable: its server does not name itself")])
        let request = try #require(
            machine.receive(preferred().answer(.advertise, to: solicit), from: server.sender, at: begin).message)
        var other = server
        other.duid = try #require(DUID(octets: [0, 9, 9]))
        #expect(machine.receive(other.answer(.reply, to: request), from: server.sender, at: begin).isEmpty)
    }

    @Test("a server without addresses is told of once, and the search goes on")
    func noAddresses() throws {
        var machine = machine()
        let solicit = try #require(machine.start(at: begin).message)
        var empty = server
        empty.status = DHCPv6Status(.noAddressAvailable, message: "no addresses available")
        let actions = machine.receive(empty.answer(.advertise, to: solicit), from: server.sender, at: begin)
        #expect(
            actions.failure?.description
                == "DHCPv6 server fe80::1 refused: it has no address to give (NoAddrsAvail): no addresses available")
        #expect(machine.receive(empty.answer(.advertise, to: solicit), from: server.sender, at: begin).isEmpty)
        #expect(machine.progress.offersReceived == 0)
        #expect(
            machine.receive(preferred().answer(.advertise, to: solicit), from: server.sender, at: begin).message?.kind
                == .request)
    }

    @Test("a server that offers but does not confirm is given up after five REQUESTs")
    func withdrawnOffer() throws {
        var machine = machine()
        var now = begin
        let solicit = try #require(machine.start(at: now).message)
        var actions = machine.receive(preferred().answer(.advertise, to: solicit), from: server.sender, at: now)
        for _ in 0..<5 {
            #expect(actions.message?.kind == .request)
            now = try #require(actions.timer)
            actions = machine.timerFired(at: now)
        }
        #expect(actions.first == .failed(.offerWithdrawn(server: server.sender, requests: 5)))
        #expect(actions.message?.kind == .solicit)
    }

    @Test("a server that offers and refuses is asked again: at once, then more and more slowly")
    func refusals() throws {
        var machine = machine()
        var now = begin
        var actions = machine.start(at: now)
        var refusing = server
        refusing.status = DHCPv6Status(.notOnLink)
        for (refusal, pause) in [0, 1, 2, 4].enumerated() {
            let solicit = try #require(actions.message)
            let request = try #require(
                machine.receive(preferred().answer(.advertise, to: solicit), from: server.sender, at: now).message)
            actions = machine.receive(refusing.answer(.reply, to: request), from: server.sender, at: now)
            #expect(actions.failure == .refused(server: server.sender, DHCPv6Status(.notOnLink)))
            if refusal > 0 {
                #expect(actions.message == nil && actions.timer == now + .seconds(pause))
                now = try #require(actions.timer)
                actions = machine.timerFired(at: now)
            }
            #expect(actions.message?.kind == .solicit)
        }
    }

    @Test("settings without a lease are asked for, and asked for again when their time is over")
    func stateless() throws {
        var machine = machine()
        var actions = machine.startStateless(at: begin)
        actions = machine.timerFired(at: try #require(actions.timer))
        let request = try #require(actions.message)
        #expect(request.kind == .informationRequest && request.options[.identityAssociation] == nil)
        var plain = server
        plain.hasAssociation = false
        plain.moreOptions = [
            (.nameServers, server.sender.octets), (.informationRefreshTime, [0, 0, 0, 5]),
        ]
        actions = machine.receive(plain.answer(.reply, to: request), from: server.sender, at: begin)
        #expect(actions.settings?.nameServers == [server.sender])
        #expect(actions.timer == begin + .seconds(600), "five seconds would be a busy loop")
        #expect(machine.timerFired(at: begin + .seconds(599)) == [.setTimer(begin + .seconds(600))])
        #expect(machine.timerFired(at: begin + .seconds(600)).message?.kind == .informationRequest)
        #expect(machine.progress.informationRequestsSent == 1)
    }

    @Test("a lease for ever needs no timer")
    func forEver() throws {
        var machine = machine()
        let solicit = try #require(machine.start(at: begin).message)
        var rapid = server
        (rapid.isRapid, rapid.preferred, rapid.valid) = (true, .max, .max)
        let actions = machine.receive(rapid.answer(.reply, to: solicit), from: server.sender, at: begin)
        #expect(actions.lease != nil && actions.expiry == nil && actions.timer == nil)
        #expect(machine.timerFired(at: begin + .seconds(1_000_000)).isEmpty)
    }

    @Test("whatever servers send and whenever, the machine does not trap and always sends or waits")
    func chaos() throws {
        var random = SeededGenerator(7)
        for _ in 0..<200 {
            var machine = machine()
            var now = begin
            var last = machine.start(at: now).message
            for _ in 0..<60 {
                var sender = server
                (sender.preferred, sender.valid) = (
                    .random(in: 0...100, using: &random), .random(in: 0...100, using: &random)
                )
                sender.renewal = .random(in: 0...60, using: &random)
                sender.isRapid = .random(using: &random)
                sender.preference = .random(in: 250...255, using: &random)
                let statuses: [DHCPv6Status.Code?] = [nil, nil, nil, .success, .noBinding, .notOnLink, .unspecified]
                sender.status = statuses.randomElement(using: &random)?.map { DHCPv6Status($0) }
                sender.messageStatus = statuses.randomElement(using: &random)?.map { DHCPv6Status($0) }
                let actions: [DHCPv6Action]
                switch Int.random(in: 0...9, using: &random) {
                case 0: actions = machine.confirm(at: now)
                case 1: actions = machine.decline(at: now)
                case 2...4:
                    now += .seconds(.random(in: 0...90, using: &random))
                    actions = machine.timerFired(at: now)
                    #expect(!actions.isEmpty)
                default:
                    guard let last else { continue }
                    actions = machine.receive(
                        sender.answer(.random(using: &random) ? .reply : .advertise, to: last), from: sender.sender,
                        at: now)
                }
                last = actions.message ?? last
            }
        }
    }
}
