import NetworkTypes
import Testing

@testable import DHCPv4

@Suite("Keeping, confirming and giving back a lease")
struct LeaseKeepingTests {
    private let begin = ContinuousClock.now
    private static let server = TestClient.server
    private static let address = TestClient.address

    private func bound() throws -> LeaseMachine {
        var machine = TestClient.machine()
        _ = try TestClient.bind(&machine, at: begin)
        return machine
    }

    @Test("a silent server is told of once, and once more when any server is asked")
    func silence() throws {
        var machine = try bound()
        var now = begin + .seconds(1800)
        var notices: [(Int64, LeaseNotice)] = []
        for _ in 0..<40 {
            let actions = machine.timerFired(at: now)
            notices += actions.notices.map { (begin.duration(to: now).components.seconds, $0) }
            if machine.lease == nil { break }
            now = try #require(actions.timer)
        }
        #expect(machine.lease == nil)
        #expect(notices.map(\.0) == [1860, 3150])
        #expect(
            notices.map(\.1) == [
                .serverSilent(Self.server, for: .seconds(60), left: .seconds(1740)),
                .rebinding(Self.server, silentFor: .seconds(1350), left: .seconds(450)),
            ])
        #expect(
            notices.map(\.1.description) == [
                "DHCP server 192.0.2.1 has not renewed the lease for 60 s; it ends in 1740 s",
                "DHCP server 192.0.2.1 has not renewed the lease for 1350 s, any other is asked now; it ends in 450 s",
            ])
    }

    @Test("of a short lease only the second notice comes")
    func shortLease() throws {
        var machine = TestClient.machine()
        let discover = try #require(machine.start(at: begin).message)
        let request = try #require(machine.receive(answer(.offer, to: discover), at: begin).message)
        _ = machine.receive(answer(.ack, to: request, leaseSeconds: 60), at: begin)
        #expect(machine.timerFired(at: begin + .seconds(30)).timer == begin + .seconds(53))
        let actions = machine.timerFired(at: begin + .seconds(53))
        #expect(actions.notices == [.rebinding(Self.server, silentFor: .seconds(23), left: .seconds(7))])
        #expect(actions.timer == begin + .seconds(60))
    }

    @Test("a server that answers again is told of again when it falls silent again")
    func silenceAgain() throws {
        var machine = try bound()
        let first = begin + .seconds(1800)
        let request = try #require(machine.timerFired(at: first).message)
        #expect(machine.timerFired(at: first + .seconds(60)).notices.count == 1)
        let answered = machine.receive(answer(.ack, to: request), at: first + .seconds(61))
        let second = try #require(answered.timer)
        #expect(machine.timerFired(at: second).notices.isEmpty)
        #expect(machine.timerFired(at: second + .seconds(60)).notices.count == 1)
    }

    @Test("an address of earlier is asked for without a DISCOVER, as RFC 2131 4.3.2 has it")
    func initReboot() throws {
        var machine = TestClient.machine()
        let actions = machine.start(remembering: Self.address, at: begin)
        let request = try #require(actions.message)
        #expect(actions.destination == .broadcast(from: .any))
        #expect(request.kind == .request && request.clientAddress == .any)
        #expect(request.options.address(.requestedAddress) == Self.address)
        #expect(request.options[.serverIdentifier] == nil)
        #expect(machine.receive(answer(.offer, to: request), at: begin).isEmpty)
        #expect(machine.receive(answer(.ack, to: request), at: begin).lease?.address.address == Self.address)
        #expect(machine.progress.discoversSent == 0)
    }

    @Test("a NAK for an address of earlier leads to DISCOVER at once, without a word of the address")
    func initRebootRefused() throws {
        var machine = TestClient.machine()
        let request = try #require(machine.start(remembering: Self.address, at: begin).message)
        let actions = machine.receive(answer(.nak, to: request, text: "wrong network"), at: begin)
        #expect(actions.first == .failed(.refused(server: Self.server, message: "wrong network")))
        #expect(actions.message?.kind == .discover)
        #expect(actions.message?.options[.requestedAddress] == nil)
    }

    @Test("silence about an address of earlier leads to DISCOVER in less than 2 s, which asks for the address")
    func initRebootUnanswered() throws {
        var machine = TestClient.machine()
        var now = begin
        var actions = machine.start(remembering: Self.address, at: now)
        var requests: [DHCPMessage] = []
        while let message = actions.message, message.kind == .request {
            requests.append(message)
            now = try #require(actions.timer)
            actions = machine.timerFired(at: now)
        }
        #expect(requests.count == 3 && Set(requests.map(\.transactionID)).count == 1)
        #expect(begin.duration(to: now) < .seconds(2))
        #expect(actions.message?.kind == .discover)
        #expect(actions.message?.options.address(.requestedAddress) == Self.address)
        #expect(actions.untimed.count == 1)
    }

    @Test("after the link was away it asks as after a reboot, and keeps the lease in the meantime")
    func confirmation() throws {
        var machine = try bound()
        let actions = machine.confirm(at: begin + .seconds(60))
        #expect(actions.destination == .broadcast(from: .any))
        let request = try #require(actions.message)
        #expect(request.clientAddress == .any && request.options[.serverIdentifier] == nil)
        #expect(request.options.address(.requestedAddress) == Self.address)
        #expect(machine.lease != nil)
        let elsewhere = try #require(IPv4Address("198.51.100.1"))
        let answered = machine.receive(answer(.ack, to: request, server: elsewhere), at: begin + .seconds(61))
        #expect(answered.lease?.server == elsewhere)
        #expect(answered.expiry == begin + .seconds(3660))
    }

    @Test("on another network the lease ends by the server's NAK")
    func confirmationRefused() throws {
        var machine = try bound()
        let request = try #require(machine.confirm(at: begin + .seconds(60)).message)
        let actions = machine.receive(answer(.nak, to: request), at: begin + .seconds(60))
        #expect(actions.first == .lost(.refused(server: Self.server, message: nil)))
        #expect(actions.message?.kind == .discover)
        #expect(machine.progress.begun == begin + .seconds(60))
    }

    @Test("where no server answers the lease is kept and renewed in its time", arguments: [60, 2000, 3200])
    func confirmationUnanswered(since: Int) throws {
        var machine = try bound()
        let start = begin + .seconds(since)
        var now = start
        var actions = machine.confirm(at: now)
        while actions.message != nil {
            now = try #require(actions.timer)
            actions = machine.timerFired(at: now)
        }
        #expect(start.duration(to: now) < .seconds(5))
        guard case .unconfirmed(Self.server, _)? = actions.notices.first else {
            Issue.record("\(actions)")
            return
        }
        #expect(machine.lease != nil)
        let next = try #require(actions.timer)
        if since == 60 {
            #expect(next == begin + .seconds(1800))
        } else {
            #expect(next > now && next <= now + .seconds(60))
        }
    }

    @Test("a lease whose time is over while it is being confirmed ends")
    func confirmationAtTheEnd() throws {
        var machine = try bound()
        let actions = machine.confirm(at: begin + .seconds(3600) - .milliseconds(100))
        #expect(actions.timer == begin + .seconds(3600))
        #expect(machine.timerFired(at: begin + .seconds(3600)).first == .lost(.expired(server: Self.server)))
    }

    @Test("after its end the address is asked for again")
    func expiry() throws {
        var machine = try bound()
        _ = machine.timerFired(at: begin + .seconds(1800))
        let actions = machine.timerFired(at: begin + .seconds(3600))
        #expect(actions.message?.options.address(.requestedAddress) == Self.address)
    }

    @Test("a RELEASE goes to the lease's server, and ends the machine's work")
    func release() throws {
        var machine = try bound()
        let actions = machine.release()
        #expect(actions.count == 1)
        #expect(actions.destination == .unicast(from: Self.address, to: Self.server))
        let release = try #require(actions.message)
        #expect(release.kind == .release && release.clientAddress == Self.address)
        #expect(release.options.address(.serverIdentifier) == Self.server)
        // RFC 2131 table 5: RELEASE must not have the others.
        #expect(release.options.codes == [.clientIdentifier, .serverIdentifier])
        #expect(machine.lease == nil)
        #expect(machine.timerFired(at: begin + .seconds(1800)).isEmpty)
        #expect(machine.release().isEmpty, "there is nothing to give back any more")
    }

    @Test("without a lease there is nothing to give back")
    func releaseNothing() {
        var machine = TestClient.machine()
        _ = machine.start(at: begin)
        #expect(machine.release().isEmpty)
        #expect(machine.timerFired(at: begin + .seconds(10)).isEmpty)
    }
}
