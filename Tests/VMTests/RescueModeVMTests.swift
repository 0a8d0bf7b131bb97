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
}
