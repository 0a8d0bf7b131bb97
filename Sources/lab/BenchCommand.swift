import ArgumentParser
import Diagnostics
import Foundation
import Glibc
import LabKit

/// `lab bench`: how long a machine takes from the start of PID 1 to its lease and to its INIT.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Time a machine from the start of PID 1 to its lease and to its INIT.",
        discussion: """
            Boots the kernel and initramfs in a machine with one virtio network card, and in one with sixteen of which \
            one has a cable, and switches them off at INIT; then has BusyBox's DHCP client do the same. \
            Needs what `make initrd images` builds. Tests/Bench/bench-write.sh measures writing. Example: lab bench
            """)

    /// The longest time from the network card's driver to a lease that meets the target.
    private static let leaseTarget = Duration.seconds(1)

    private static let runs = 3

    @Option(help: "The translator or the processor itself: tcg or kvm; by itself KVM where a probe boot proves it.")
    var accelerator: Accelerator?

    func run() async throws {
        do {
            try await Lab.run("bench") { try await measure(in: $0) }
        } catch {
            throw error.told(as: error.explanation)
        }
    }

    private func measure(in lab: Lab) async throws {
        let proven =
            if let accelerator { accelerator } else { await Accelerator.fastestProven(directory: lab.directory) }
        let bench = StartBench(lab: lab, accelerator: proven)
        let load = Self.load
        var (one, bare, udhcpc, bareUdhcpc): ([StartBench.Times], [Duration], [Duration], [Duration]) = ([], [], [], [])
        for _ in 0..<Self.runs {
            one.append(try await bench.boot(cards: [.user()]))
            udhcpc.append(try await bench.udhcpc(probes: true))
            bare.append(try await bench.boot(cards: [.user()], probes: false).driverToLease)
            bareUdhcpc.append(try await bench.udhcpc(probes: false))
        }
        let sixteen = try await bench.boot(cards: [.user()] + Array(repeating: .unplugged(), count: 15))
        let lease = Self.median(one.map(\.lease))
        let driverToLease = Self.median(one.map(\.driverToLease))
        print(
            """

            From PID 1 to INIT, the lab's kernel (\(proven.rawValue), 1 processor, load \(load)), medians of \(Self.runs):
              PID 1 to the banner               \(Self.text(Self.median(one.map(\.banner)))) s
              PID 1 to the driver loaded        \(Self.text(Self.median(one.map(\.driver)))) s
              the driver loaded to the lease    \(Self.text(driverToLease)) s  \
            target < 1: \(Self.verdict(driverToLease < Self.leaseTarget))
              PID 1 to the lease                \(Self.text(lease)) s
              PID 1 to INIT at the controller   \(Self.text(Self.median(one.map(\.initCall)))) s
            The driver loaded to the lease, against BusyBox udhcpc on the same card from setting its link up:
              both probe the address for 60 ms  \(Self.comparison(driverToLease, Self.median(udhcpc)))
              neither probes                    \(Self.comparison(Self.median(bare), Self.median(bareUdhcpc)))
            Sixteen cards of which one has a cable:
              PID 1 to the lease                \(Self.text(sixteen.lease)) s  \
            target <= one card + 0.5: \(Self.verdict(sixteen.lease - lease <= .milliseconds(500)))
            """)
    }

    private static func comparison(_ own: Duration, _ other: Duration) -> String {
        let ratio = own / other
        return "\(text(own)) s against \(text(other)) s: \(String(format: "%.2f", ratio))  "
            + "target <= 0.8: \(verdict(ratio <= 0.8))"
    }

    private static func median(_ times: [Duration]) -> Duration {
        let sorted = times.sorted()
        return sorted.isEmpty ? .zero : sorted[sorted.count / 2]
    }

    private static func text(_ duration: Duration) -> String {
        String(format: "%.2f", duration / .seconds(1))
    }

    private static func verdict(_ isMet: Bool) -> String {
        isMet ? "met" : "missed"
    }

    /// The host's mean number of running processes over the last minute: getloadavg(3).
    private static var load: String {
        var loads = [0.0]
        return getloadavg(&loads, 1) == 1 ? String(format: "%.2f", loads[0]) : "unknown"
    }
}
