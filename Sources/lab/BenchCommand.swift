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
            Boots the kernel and initramfs in a machine with one virtio network card, and switches it off at INIT. \
            Needs what `make initrd images` builds. Tests/Bench/bench-write.sh measures writing. Example: lab bench
            """)

    /// The longest time from the network card's driver to a lease that meets the target.
    private static let leaseTarget = Duration.seconds(1)

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
        let image = lab.images.serve("/tiny.zst", file: try Artefact.tinyImage("zst").path)
        var overlay = Overlay()
        overlay.add("deploy/vars", text: lab.reportingVars.merging(["IMAGE": image]).text)
        let disk = MachineDisk(try lab.disk("target", mebibytes: 128))
        let clock = ConsoleClock()
        let load = Self.load
        let machine = try await lab.powerOn(
            try lab.machine(overlay: overlay, disks: [disk]), accelerator: proven, echo: clock.take)
        try await machine.console.expect(
            "] report-init", within: 180, stops: SerialConsole.panics + ["martlet: FAILED"])
        let initCall = try await lab.controller.waitFor("/init", within: 60)
        try await machine.cutPower()

        let start = try clock.time(of: "Run /init as init process")
        let banner = try clock.time(of: "martlet ", after: start)
        let driver = try clock.time(of: ": found, ", after: start)
        let lease = try clock.time(of: " from 10.0.2.2 after ", after: driver)
        let verdict = driver.duration(to: lease) < Self.leaseTarget ? "met" : "missed"
        print(
            """

            From PID 1 to INIT, one boot of the lab's kernel (\(proven.rawValue), 1 processor, load \(load)):
              PID 1 to the banner               \(Self.seconds(start, banner)) s
              PID 1 to the driver loaded        \(Self.seconds(start, driver)) s
              the driver loaded to the lease    \(Self.seconds(driver, lease)) s  target < 1: \(verdict)
              PID 1 to the lease                \(Self.seconds(start, lease)) s
              PID 1 to INIT at the controller   \(Self.seconds(start, initCall.time)) s
            """)
    }

    private static func seconds(_ start: ContinuousClock.Instant, _ end: ContinuousClock.Instant) -> String {
        String(format: "%.2f", start.duration(to: end) / .seconds(1))
    }

    /// The host's mean number of running processes over the last minute: getloadavg(3).
    private static var load: String {
        var loads = [0.0]
        return getloadavg(&loads, 1) == 1 ? String(format: "%.2f", loads[0]) : "unknown"
    }
}
