import LabKit
import Testing

@Suite struct ISOVMTests {
    @Test func aServerBootsTheISOUnderUEFIAndFindsItsVarsOnIt() async throws {
        try await Lab.run("iso-uefi") { lab in
            let iso = try await lab.deployISO(try lab.tinyGuestVars("gz"), hostname: "from-iso")
            let machine = try await lab.powerOn(lab.machineBooting(iso: iso, try lab.targetDisk()))

            try await machine.console.expectTinyGuest(hostname: "from-iso", within: 400)
            #expect(machine.console.transcript.contains("TINY-GUEST firmware: UEFI"))
            #expect(lab.controller.calls(to: "/success").map(\.text) == ["provisioning complete"])
        }
    }
}
