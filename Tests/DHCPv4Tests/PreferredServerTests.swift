import NetworkTypes
import Testing

@testable import DHCPv4

@Suite("A preferred server")
struct PreferredServerTests {
    private let begin = ContinuousClock.now
    private static let preferred = IPv4Address(rawValue: 0xc000_0209)
    private static let second = IPv4Address(rawValue: 0xc000_0202)

    private func machine() -> LeaseMachine {
        TestClient.machine {
            $0.probing = .off
            $0.preferredServer = Self.preferred
        }
    }

    private func offer(
        _ discover: DHCPMessage, from server: IPv4Address, address: String = "192.0.2.7", hasRouter: Bool = false
    ) -> DHCPMessage {
        var offer = answer(.offer, to: discover, address: IPv4Address(address) ?? .any, server: server)
        if hasRouter { offer.options[.routers] = server.octets }
        return offer
    }

    @Test("its offer is taken at once, whoever came first")
    func preferred() throws {
        var machine = machine()
        let discover = try #require(machine.start(at: begin).message)
        #expect(machine.receive(offer(discover, from: TestClient.server), at: begin).untimed.isEmpty)
        let request = try #require(machine.receive(offer(discover, from: Self.preferred), at: begin).message)
        #expect(request.options.address(.serverIdentifier) == Self.preferred)
    }

    @Test("when it makes no offer the best other one is taken after 3 s, and that is told")
    func silent() throws {
        var machine = machine()
        let discover = try #require(machine.start(at: begin).message)
        for message in [
            offer(discover, from: TestClient.server, address: "169.254.3.4", hasRouter: true),
            offer(discover, from: Self.second, hasRouter: true),
            offer(discover, from: IPv4Address(rawValue: 0xc000_0203), hasRouter: true),
            offer(discover, from: TestClient.server),
        ] {
            #expect(machine.receive(message, at: begin).message == nil)
        }
        #expect(machine.progress.offersReceived == 4)
        var now = begin
        var actions: [LeaseAction] = [.setTimer(begin)]
        while actions.notices.isEmpty {
            now = try #require(actions.timer)
            actions = machine.timerFired(at: now)
            if actions.notices.isEmpty { #expect(actions.message?.kind != .request) }
        }
        #expect(now == begin + .seconds(3))
        #expect(actions.notices == [.preferredServerSilent(Self.preferred, using: Self.second)])
        #expect(
            actions.notices.first?.description
                == "the preferred DHCP server 192.0.2.9 made no offer, that of 192.0.2.2 is taken")
        #expect(actions.message?.options.address(.serverIdentifier) == Self.second)
    }

    @Test("without any offer it waits on")
    func none() throws {
        var machine = machine()
        var actions = machine.start(at: begin)
        for _ in 0..<6 {
            #expect(actions.message?.kind == .discover)
            actions = machine.timerFired(at: try #require(actions.timer))
        }
    }
}
