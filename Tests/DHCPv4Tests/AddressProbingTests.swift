import NetworkTypes
import Testing

@testable import DHCPv4

@Suite("Addresses are probed before they are used")
struct AddressProbingTests {
    private let begin = ContinuousClock.now
    private static let address = TestClient.address

    private func machine() -> LeaseMachine { TestClient.machine { _ in } }

    /// Up to the REQUEST, and the actions that came with it.
    private func request(_ machine: inout LeaseMachine) throws -> (DHCPMessage, [LeaseAction]) {
        let discover = try #require(machine.start(at: begin).message)
        let actions = machine.receive(answer(.offer, to: discover), at: begin)
        return (try #require(actions.message), actions)
    }

    /// A lease in use, all probes and announcements over.
    private func settled(_ machine: inout LeaseMachine) throws {
        let (request, _) = try request(&machine)
        _ = machine.receive(answer(.ack, to: request), at: begin)
        for milliseconds in [30, 60, 60, 2060, 4060] {
            _ = machine.timerFired(at: begin + .milliseconds(milliseconds))
        }
        #expect(machine.lease != nil && machine.watchedAddress == nil)
    }

    @Test("the probes go out with the REQUEST, and the lease is in use 60 ms later")
    func timing() throws {
        var machine = machine()
        let (request, first) = try request(&machine)
        #expect(first.probes == [Self.address])
        #expect(first.timer == begin + .milliseconds(30))
        #expect(machine.watchedAddress == Self.address)
        #expect(machine.receive(answer(.ack, to: request), at: begin + .milliseconds(10)).untimed.isEmpty)
        #expect(machine.lease == nil)

        let second = machine.timerFired(at: begin + .milliseconds(30))
        #expect(second == [.probe(Self.address), .setTimer(begin + .milliseconds(60))])
        let third = machine.timerFired(at: begin + .milliseconds(60))
        #expect(third.lease?.address.address == Self.address)
        #expect(third.expiry == begin + .seconds(3600))
        #expect(third.untimed.count == 1)
        #expect(third.timer == begin + .milliseconds(60), "the announcement follows once the address is in use")
    }

    @Test("a server that takes longer than the probes costs no more time")
    func slowServer() throws {
        var machine = machine()
        let (request, _) = try request(&machine)
        _ = machine.timerFired(at: begin + .milliseconds(30))
        _ = machine.timerFired(at: begin + .milliseconds(60))
        let actions = machine.receive(answer(.ack, to: request), at: begin + .milliseconds(90))
        #expect(actions.lease?.address.address == Self.address)
    }

    @Test("an address in use is announced twice, and then no longer watched")
    func announcements() throws {
        var machine = machine()
        let (request, _) = try request(&machine)
        _ = machine.receive(answer(.ack, to: request), at: begin)
        _ = machine.timerFired(at: begin + .milliseconds(30))
        var now = try #require(machine.timerFired(at: begin + .milliseconds(60)).timer)
        for _ in 0..<2 {
            let actions = machine.timerFired(at: now)
            #expect(actions == [.announce(Self.address), .setTimer(now + .seconds(2))])
            now += .seconds(2)
        }
        #expect(machine.timerFired(at: now) == [.setTimer(begin + .seconds(1800))])
        #expect(machine.watchedAddress == nil)
        #expect(machine.receive(TestClient.claim(), at: now).isEmpty)
    }

    @Test("without probes a lease is used at once", arguments: [0, 2])
    func off(announcements: Int) throws {
        var machine = TestClient.machine {
            $0.probing = .off
            $0.probing.announcements = announcements
        }
        let (request, actions) = try request(&machine)
        #expect(actions.probes.isEmpty)
        #expect(machine.receive(answer(.ack, to: request), at: begin).lease != nil)
        let next = machine.timerFired(at: begin)
        #expect(next.contains(.announce(Self.address)) == (announcements > 0))
    }

    @Test("the address of another host is declined, before or after the server's ACK", arguments: [true, false])
    func conflict(isEarly: Bool) throws {
        var machine = machine()
        let (request, _) = try request(&machine)
        var actions: [LeaseAction]
        let now = begin + .milliseconds(5)
        if isEarly {
            #expect(machine.receive(TestClient.claim(), at: now).isEmpty)
            actions = machine.receive(answer(.ack, to: request), at: now)
        } else {
            _ = machine.receive(answer(.ack, to: request), at: now)
            actions = machine.receive(TestClient.claim(), at: now)
        }
        let decline = try #require(actions.message)
        #expect(actions.destination == .broadcast(from: .any))
        #expect(decline.kind == .decline && decline.clientAddress == .any && decline.seconds == 0)
        #expect(decline.options.address(.requestedAddress) == Self.address)
        #expect(decline.options.address(.serverIdentifier) == TestClient.server)
        #expect(decline.options[.clientIdentifier] == [1] + TestClient.mac.octets)
        // RFC 2131 table 5: DECLINE must not have the others.
        #expect(decline.options.codes == [.clientIdentifier, .requestedAddress, .serverIdentifier, .message])
        let failure = LeaseFailure.addressInUse(Self.address, by: TestClient.stranger, server: TestClient.server)
        #expect(actions.contains(.failed(failure)))
        #expect(
            failure.description
                == "192.0.2.7 from DHCP server 192.0.2.1 is already in use by 52:54:00:aa:bb:cc, so it was declined")
        #expect(machine.progress.lastFailure == failure)
        #expect(actions.timer == now + .seconds(10))
        #expect(machine.timerFired(at: now + .seconds(9)).message == nil)
        #expect(machine.confirm(at: now + .seconds(9)).isEmpty, "a link that flaps does not shorten the pause")
        #expect(machine.timerFired(at: now + .seconds(10)).message?.kind == .discover)
    }

    @Test("a claim before the server says no is of no consequence")
    func conflictAndRefusal() throws {
        var machine = machine()
        let (request, _) = try request(&machine)
        _ = machine.receive(TestClient.claim(), at: begin)
        #expect(machine.receive(answer(.nak, to: request), at: begin).message?.kind == .discover)
    }

    @Test("a late claim ends the use of the address")
    func lateConflict() throws {
        var machine = machine()
        let (request, _) = try request(&machine)
        _ = machine.receive(answer(.ack, to: request), at: begin)
        _ = machine.timerFired(at: begin + .milliseconds(30))
        #expect(machine.timerFired(at: begin + .milliseconds(60)).lease != nil)
        let actions = machine.receive(TestClient.claim(), at: begin + .seconds(1))
        #expect(actions.message?.kind == .decline)
        #expect(
            actions.contains(
                .lost(.addressInUse(Self.address, by: TestClient.stranger, server: TestClient.server))))
        #expect(machine.lease == nil)
    }

    @Test("what does not claim the address is passed over")
    func noConflict() throws {
        var machine = machine()
        _ = try request(&machine)
        let packets = [
            TestClient.claim(by: TestClient.mac), TestClient.claim(IPv4Address(rawValue: 1)),
            .probe(for: Self.address, from: TestClient.stranger),
        ]
        for packet in packets { #expect(machine.receive(packet, at: begin).isEmpty) }
        #expect(machine.progress.lastFailure == nil)
    }

    @Test("a server that offers taken addresses again and again is asked every 10 s, after ten of them every minute")
    func manyConflicts() throws {
        var machine = machine()
        var now = begin
        var actions = machine.start(at: now)
        for count in 1...12 {
            let discover = try #require(actions.message)
            let request = try #require(machine.receive(answer(.offer, to: discover), at: now).message)
            _ = machine.receive(answer(.ack, to: request), at: now)
            actions = machine.receive(TestClient.claim(), at: now)
            #expect(actions.timer == now + .seconds(count > 10 ? 60 : 10))
            now = try #require(actions.timer)
            actions = machine.timerFired(at: now)
        }
        #expect(actions.message?.kind == .discover)
    }

    @Test("a renewal is neither probed nor announced")
    func renewal() throws {
        var machine = machine()
        try settled(&machine)
        let now = begin + .seconds(1800)
        let request = try #require(machine.timerFired(at: now).message)
        let actions = machine.receive(answer(.ack, to: request), at: now)
        #expect(actions.untimed.count == 1 && actions.lease != nil)
        #expect(machine.watchedAddress == nil)
    }

    @Test(
        "a renewal with another address replaces the earlier one only when the new one is free",
        arguments: [true, false])
    func otherAddress(isFree: Bool) throws {
        var machine = machine()
        try settled(&machine)
        let now = begin + .seconds(1800)
        let other = IPv4Address(rawValue: 0xc000_0208)
        let request = try #require(machine.timerFired(at: now).message)
        var actions = machine.receive(answer(.ack, to: request, address: other), at: now)
        #expect(actions.probes == [other])
        #expect(machine.lease?.address.address == Self.address, "the earlier lease is in use until then")
        if isFree {
            _ = machine.timerFired(at: now + .milliseconds(30))
            actions = machine.timerFired(at: now + .milliseconds(60))
            #expect(actions.lease?.address.address == other)
            #expect(actions.untimed.count == 1, "nothing is lost before")
        } else {
            actions = machine.receive(TestClient.claim(other), at: now)
            #expect(actions.message?.kind == .decline)
            #expect(
                actions.contains(.failed(.addressInUse(other, by: TestClient.stranger, server: TestClient.server))))
            #expect(machine.lease?.address.address == Self.address)
        }
    }

    @Test("after the link was away the address is probed and announced again")
    func confirmation() throws {
        var machine = machine()
        try settled(&machine)
        var now = begin + .seconds(100)
        let actions = machine.confirm(at: now)
        #expect(actions.probes == [Self.address])
        let request = try #require(actions.message)
        #expect(machine.receive(answer(.ack, to: request), at: now).lease != nil)
        now += .milliseconds(30)
        #expect(machine.timerFired(at: now).probes == [Self.address])
        now += .milliseconds(30)
        #expect(machine.timerFired(at: now).timer == now)
        #expect(machine.timerFired(at: now).contains(.announce(Self.address)))
        let late = machine.receive(TestClient.claim(), at: now)
        #expect(late.message?.kind == .decline && machine.lease == nil)
    }
}
