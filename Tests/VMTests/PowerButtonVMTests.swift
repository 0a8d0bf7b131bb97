import LabKit
import Testing

@Suite struct PowerButtonVMTests {
    @Test func thePowerButtonSwitchesAMachineInTheShellOffCleanly() async throws {
        try await Lab.run("power-button") { lab in
            // Without vars and without a controller the machine is at its shell as soon as it has looked around.
            let machine = try await lab.powerOn(lab.machine(overlay: Overlay()))
            try await machine.console.expect(SerialConsole.rescuePrompt, within: 120)
            try await machine.pressPowerButton()
            #expect(try await machine.waitForPowerOff(within: 30) == "guest-shutdown")
            #expect(machine.console.transcript.contains("powering off"))
        }
    }
}
