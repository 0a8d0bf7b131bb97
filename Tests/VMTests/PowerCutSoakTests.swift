import LabKit
import Testing

/// `make soak`: the power fails at twenty moments that nobody chose.
@Suite struct PowerCutSoakTests {
    @Test(arguments: 1...20)
    func atAnyMomentTheDiskBootsTheOldSystemNothingOrTheSeededOne(round: Int) async throws {
        try await Lab.run("soak-power-cut-\(round)") { lab in
            let disk = try await lab.diskWithOldSystem()
            let before = try disk.sha256()
            let size = try DiskFile(existing: try Artefact.tinyImage("raw").path).size
            lab.images.set(HTTPFault(.throttled(bytesPerSecond: size / 4)), for: "/tiny.raw")
            let machine = try await lab.powerOn(
                lab.machine(
                    overlay: lab.overlay(lab.tinyGuestVars("raw"), hostname: "soaked"), disks: [MachineDisk(disk)]))
            try await lab.controller.waitForEvent("its disk", within: 180) {
                $0.type == "step-finished" && $0.step == "select-disk"
            }
            try await Task.sleep(for: .milliseconds(Int.random(in: 0...9000)))
            try await machine.cutPower()

            if try disk.sha256() == before { return }
            if try disk.hasNoPartitionTable { return try await lab.checkThatNoFirmwareBoots(disk) }
            // The seal had begun: either no firmware finds it yet, or it is whole.
            let reborn = try await lab.powerOn(lab.machineBootingDisk(disk, .uefi))
            let outcome = try await reborn.console.expect(
                anyOf: ["UEFI Interactive Shell", TinyGuest.booted], within: 240, stops: TinyGuest.obstacles)
            if outcome.found == TinyGuest.booted {
                try await reborn.console.expect("TINY-GUEST hostname: soaked\n", within: 30)
            }
        }
    }
}
