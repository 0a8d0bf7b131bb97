import LabKit
import Testing

@Suite struct DeprovisionVMTests {
    @Test func deprovisionLeavesNoTableAndTouchesNoOtherDisk() async throws {
        try await Lab.run("deprovision") { lab in
            let target = try await lab.diskWithOldSystem()
            let other = try lab.targetDisk("other", filledWith: 3)
            let untouched = try other.fingerprint()
            let console = try await clear(
                lab, mode: "deprovision",
                disks: [MachineDisk(target, serial: "TARGET"), MachineDisk(other, serial: "OTHER")])
            #expect(console.contains("wiped vda: first and last bytes"))
            #expect(lab.controller.calls(to: "/success").map(\.text) == ["deprovisioning complete"])
            #expect(try target.hasNoPartitionTable)
            #expect(try other.fingerprint() == untouched)
        }
    }

    @Test func softDeprovisionLeavesADiskThatNoFirmwareBootsAndAllOfItsData() async throws {
        try await Lab.run("soft-deprovision") { lab in
            let target = try await lab.diskWithOldSystem()
            let size = try target.size
            // Boot signature, primary and backup GPT header.
            let signatures = [510..<512, 512..<520, size - 512..<size - 504]
            let before = try target.fingerprint(ignoring: signatures)
            try await clear(lab, mode: "soft-deprovision", disks: [MachineDisk(target, serial: "TARGET")])
            #expect(lab.controller.calls(to: "/success").map(\.text) == ["soft-deprovisioning complete"])
            #expect(try target.fingerprint(ignoring: signatures) == before)
            try await lab.checkThatNoFirmwareBoots(target)
        }
    }

    /// Runs the mode on the disk of the serial number TARGET to the machine's power-off.
    ///
    /// - Returns: what the console showed.
    @discardableResult
    private func clear(_ lab: Lab, mode: String, disks: [MachineDisk]) async throws -> String {
        let vars = lab.reportingVars.merging(["MODE": mode, "HANDOVER": "poweroff", "DISK_SERIAL": "TARGET"])
        let machine = try await lab.powerOn(lab.machine(overlay: lab.overlay(vars), disks: disks))
        try await machine.console.expect("powering off", within: 240, stops: TinyGuest.obstacles)
        _ = try await machine.waitForPowerOff(within: 60)
        return machine.console.transcript
    }
}
