import NetworkTypes
import Testing

@testable import DHCPv4

@Suite("The lease machine through whatever may happen")
struct RandomWalkTests {
    /// What a driver has: the lease that it uses and the timer that it waits for.
    private struct Driver {
        var lease: DHCPLease?
        var timer: ContinuousClock.Instant?
        var last: DHCPMessage?

        mutating func take(_ actions: [LeaseAction]) {
            for action in actions {
                switch action {
                case .send(let message, _): last = message
                case .setTimer(let time): timer = time
                case .bound(let lease, _): self.lease = lease
                case .lost:
                    #expect(lease != nil, "only what was held can be lost")
                    lease = nil
                default: continue
                }
            }
        }
    }

    @Test("the driver's lease is always the machine's, and there is always something to wait for", arguments: 0..<200)
    func walk(seed: UInt64) {
        var random = SeededGenerator(seed)
        var machine = TestClient.machine {
            if seed % 2 == 0 { $0.probing = .off }
            if seed % 3 == 0 { $0.preferredServer = IPv4Address(rawValue: 0xc000_0202) }
        }
        var driver = Driver()
        var now = ContinuousClock.now
        let addresses = (7...9).map { IPv4Address(rawValue: 0xc000_0200 + $0) }
        let servers = (1...3).map { IPv4Address(rawValue: 0xc000_0200 + $0) }
        driver.take(machine.start(remembering: seed % 5 == 0 ? addresses[0] : nil, at: now))
        for _ in 0..<300 {
            let address = addresses.randomElement(using: &random) ?? .any
            switch Int.random(in: 0..<12, using: &random) {
            case 0..<5:
                // Most of the time what is due is done, once it is due.
                now = max(now, driver.timer ?? now)
                driver.timer = nil
                driver.take(machine.timerFired(at: now))
            case 5..<9:
                guard let last = driver.last else { continue }
                let kinds: [DHCPMessage.Kind] = [.offer, .offer, .ack, .ack, .nak]
                let server = servers.randomElement(using: &random) ?? .any
                driver.take(
                    machine.receive(
                        answer(
                            kinds.randomElement(using: &random) ?? .ack, to: last, address: address, server: server,
                            leaseSeconds: .random(in: 0...400, using: &random)), at: now))
            case 9:
                driver.take(machine.receive(TestClient.claim(address), at: now))
            case 10:
                driver.take(machine.confirm(at: now))
            default:
                now += .milliseconds(Int.random(in: 0...40_000, using: &random))
            }
            #expect(driver.lease == machine.lease)
            #expect(driver.timer != nil)
            if driver.lease == nil { #expect(machine.progress.begun != nil) }
        }
        driver.take(machine.release())
        #expect(machine.lease == nil && machine.watchedAddress == nil)
        #expect(machine.timerFired(at: now + .seconds(1000)).isEmpty)
    }
}
