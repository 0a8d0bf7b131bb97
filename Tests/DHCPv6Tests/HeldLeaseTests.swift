import NetworkTypes
import Testing

@testable import DHCPv6

@Suite("A DHCPv6 lease in use")
struct HeldLeaseTests {
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

    /// Gives the machine a lease of an hour since `begin`; returns what it asked for last.
    private func bind(_ machine: inout DHCPv6Machine) throws -> [DHCPv6Action] {
        let solicit = try #require(machine.start(at: begin).message)
        let request = try #require(
            machine.receive(preferred().answer(.advertise, to: solicit), from: server.sender, at: begin).message)
        return machine.receive(server.answer(.reply, to: request), from: server.sender, at: begin)
    }

    @Test("the lease is renewed with its server at T1, with any server at T2, and lost at its end")
    func renewal() throws {
        var machine = machine()
        var now = try #require(try bind(&machine).timer)
        var actions = machine.timerFired(at: now)
        let renew = try #require(actions.message)
        #expect(renew.kind == .renew && renew.options[.serverIdentifier] == server.duid.octets)
        let next = try #require(actions.timer)
        #expect(now.duration(to: next) >= .seconds(9) && now.duration(to: next) <= .seconds(11))

        var kinds = [DHCPv6Message.Kind.renew]
        while now < begin + .seconds(3600) {
            now = try #require(actions.timer)
            actions = machine.timerFired(at: now)
            if let kind = actions.message?.kind, kinds.last != kind { kinds.append(kind) }
            if actions.message?.kind == .rebind {
                #expect(now >= begin + .seconds(1440) && actions.message?.options[.serverIdentifier] == nil)
            }
        }
        #expect(now == begin + .seconds(3600) && kinds == [.renew, .rebind, .solicit])
        #expect(actions.loss == .expired(server: server.sender) && machine.lease == nil)
    }

    @Test("a renewed lease counts from the moment when it was asked for")
    func renewed() throws {
        var machine = machine()
        let now = try #require(try bind(&machine).timer)
        let renew = try #require(machine.timerFired(at: now).message)
        let actions = machine.receive(server.answer(.reply, to: renew), from: server.sender, at: now + .seconds(2))
        #expect(actions.expiry == now + .seconds(3600) && actions.timer == now + .seconds(900))
    }

    @Test("a server that forgot the lease is asked to grant it anew, without its being lost")
    func noBinding() throws {
        var machine = machine()
        let now = try #require(try bind(&machine).timer)
        let renew = try #require(machine.timerFired(at: now).message)
        var forgetful = server
        forgetful.status = DHCPv6Status(.noBinding)
        let actions = machine.receive(forgetful.answer(.reply, to: renew), from: server.sender, at: now)
        let request = try #require(actions.message)
        #expect(request.kind == .request && actions.loss == nil && machine.lease?.address == server.address)
        let bound = machine.receive(server.answer(.reply, to: request), from: server.sender, at: now)
        #expect(bound.lease?.address == server.address)
    }

    @Test("a lease that its server takes back is lost at once")
    func withdrawn() throws {
        var machine = machine()
        let now = try #require(try bind(&machine).timer)
        let renew = try #require(machine.timerFired(at: now).message)
        var strict = server
        (strict.preferred, strict.valid) = (0, 0)
        let actions = machine.receive(strict.answer(.reply, to: renew), from: server.sender, at: now)
        #expect(actions.loss == .withdrawn(server: server.sender) && actions.message?.kind == .solicit)
    }

    @Test("back on a link, the lease is kept when a server confirms it or none answers, and lost when one says no")
    func confirmation() throws {
        var machine = machine()
        _ = try bind(&machine)
        var now = begin + .seconds(60)
        var actions = machine.confirm(at: now)
        let confirm = try #require(actions.message)
        #expect(confirm.kind == .confirm && confirm.options[.serverIdentifier] == nil)
        #expect(confirm.options[.optionRequest] == nil)
        var plain = server
        plain.hasAssociation = false
        plain.messageStatus = DHCPv6Status(.success)
        #expect(
            machine.receive(plain.answer(.reply, to: confirm), from: server.sender, at: now).lease?.address
                == server.address)

        actions = machine.confirm(at: now)
        while actions.lease == nil {
            now = try #require(actions.timer)
            actions = machine.timerFired(at: now)
        }
        #expect(now == begin + .seconds(70) && actions.timer == begin + .seconds(900))

        let again = try #require(machine.confirm(at: now).message)
        plain.messageStatus = DHCPv6Status(.notOnLink)
        actions = machine.receive(plain.answer(.reply, to: again), from: server.sender, at: now)
        #expect(actions.loss == .refused(server: server.sender, DHCPv6Status(.notOnLink)))
        #expect(actions.message?.kind == .solicit)
    }

    @Test("a duplicate is declined until the server knows, and another address looked for")
    func decline() throws {
        var machine = machine()
        _ = try bind(&machine)
        var actions = machine.decline(at: begin)
        #expect(actions.loss == .duplicate(server.address) && machine.lease == nil)
        let decline = try #require(actions.message)
        #expect(decline.kind == .decline && decline.options[.serverIdentifier] == server.duid.octets)
        #expect(decline.options[.identityAssociation]?.count == 40 && decline.options[.optionRequest] == nil)
        actions = machine.timerFired(at: try #require(actions.timer))
        #expect(actions.message?.kind == .decline)
        actions = machine.receive(server.answer(.reply, to: decline), from: server.sender, at: begin)
        #expect(actions.message?.kind == .solicit)
        #expect(machine.decline(at: begin).isEmpty)
    }

    @Test("a released lease is given up with one message, and the machine stops")
    func release() throws {
        var machine = machine()
        _ = try bind(&machine)
        let actions = machine.release(at: begin)
        #expect(actions.count == 1 && actions.message?.kind == .release)
        #expect(machine.lease == nil && machine.timerFired(at: begin + .seconds(9999)).isEmpty)
        #expect(machine.release(at: begin).isEmpty)
    }
}
