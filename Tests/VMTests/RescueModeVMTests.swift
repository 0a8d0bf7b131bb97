import LabKit
import Testing

@Suite struct RescueModeVMTests {
    @Test func rescueModeRebootRestartsAFailedMachineAfterItsReport() async throws {
        try await Lab.run("rescue-reboot") { lab in
            // There is no disk to choose.
            let vars = try lab.tinyGuestVars().merging(["RESCUE_MODE": "reboot"])
            var configuration = try lab.machine(overlay: lab.overlay(vars))
            configuration.endsAtReset = true
            let machine = try await lab.powerOn(configuration)

            try await machine.console.expect("martlet: FAILED step select-disk: ", within: 120)
            #expect(try await machine.waitForPowerOff(within: 90) == "guest-reset")
            #expect(lab.controller.calls(to: "/error").count == 1)
            #expect(!machine.console.transcript.contains(SerialConsole.rescuePrompt))
        }
    }

    @Test func rescueModeWaitStaysWithHeartbeatsAfterASerialThatNoDiskHas() async throws {
        try await Lab.run("rescue-wait") { lab in
            let first = try lab.targetDisk("first", filledWith: 5)
            let second = try lab.targetDisk("second", filledWith: 6)
            let before = try [first.fingerprint(), second.fingerprint()]
            let vars = try lab.tinyGuestVars().merging(["DISK_SERIAL": "MISSING", "RESCUE_MODE": "wait"])
            let machine = try await lab.powerOn(
                lab.machine(
                    overlay: lab.overlay(vars),
                    disks: [MachineDisk(first, serial: "LAB-A"), MachineDisk(second, bus: .nvme, serial: "LAB-B")]))

            try await machine.console.expect("martlet: FAILED step select-disk: no disk fits", within: 120)
            let block = try await machine.console.expect("(RESCUE_MODE=wait)", within: 60)
            for text in ["vda", "LAB-A", "nvme0n1", "LAB-B", "MISSING"] { #expect(block.contains(text)) }
            let report = try await lab.controller.waitFor("/error", within: 60)
            for text in ["vda", "LAB-A", "nvme0n1", "LAB-B"] { #expect(report.text.contains(text)) }
            try await machine.console.expect("martlet: waiting after the failure, with heartbeats", within: 60)
            let failed = ContinuousClock.now
            try await lab.controller.waitFor("/heartbeat", within: 60) { $0.time > failed }
            #expect(!machine.console.transcript.contains(SerialConsole.rescuePrompt))

            try await machine.pressPowerButton()
            #expect(try await machine.waitForPowerOff(within: 30) == "guest-shutdown")
            #expect(try [first.fingerprint(), second.fingerprint()] == before)
        }
    }
}
