import LinuxSystem
import ProvisioningAPI
import SNTP

/// Keeps this machine's clock where certificates are valid: not before this program was released, and right as soon as a
/// time server is known.
struct MachineClock {
    private static let earliest = UnixTime(seconds: Version.releaseTime)

    let services: Services

    /// Raises a clock that cannot be right, before anything is done with it.
    func raise() {
        act(on: ClockDecision(now: SystemClock.now, earliest: Self.earliest, offset: nil), isQuiet: true)
    }

    /// Sets the clock by time servers, and the mainboard's with it.
    ///
    /// - Parameter servers: names or addresses.
    func set(by servers: [String]) async {
        let servers = servers.compactMap { SNTPServer($0) }
        guard !servers.isEmpty else { return }
        do {
            let offset = try await offPool("sntp") {
                try SNTPClient.ask(servers, earliest: Self.earliest, timeout: .seconds(4))
            }
            act(on: ClockDecision(now: SystemClock.now, earliest: Self.earliest, offset: offset), isQuiet: false)
        } catch {
            services.log.warning("the clock stays as it is: \(error)")
        }
    }

    private func act(on decision: ClockDecision, isQuiet: Bool) {
        do throws(SystemCallError) {
            switch decision.action {
            case .leave:
                if !isQuiet { services.log.info("\(decision)") }
                return
            case .raise(let time): try SystemClock.set(time)
            case .step(let offset):
                try SystemClock.step(by: offset)
                // Machines without a mainboard clock have nothing to set.
                try? SystemClock.setMainboardClock(SystemClock.now)
            }
            services.log.warning("\(decision)")
        } catch {
            services.log.warning("\(decision), but that failed: \(error)")
        }
    }
}
