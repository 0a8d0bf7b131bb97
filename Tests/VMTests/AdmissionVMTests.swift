import LabKit
import Testing

@Suite struct AdmissionVMTests {
    @Test func aMachineThatTheControllerTurnsAwayBootsTheSystemThatItHas() async throws {
        try await Lab.run("turned-away") { lab in
            let disk = try await lab.diskWithOldSystem()
            lab.controller.reply(to: "/init", .init(status: 409))
            let machine = try await lab.powerOn(
                lab.machine(overlay: lab.overlay(lab.tinyGuestVars()), disks: [MachineDisk(disk)]))

            try await machine.console.expect(TinyGuest.booted, within: 180, stops: TinyGuest.obstacles)
            // It is the old system: the new one would have the seed's host name.
            try await machine.console.expect("TINY-GUEST no seed", within: 30, stops: ["TINY-GUEST hostname"])
            #expect(lab.images.accesses.isEmpty)
            #expect(lab.controller.calls(to: "/init").count == 1)
        }
    }

    @Test func aMachineTurnedAwayWithNothingToBootLeavesItsDiskAsItIsAndRestarts() async throws {
        try await Lab.run("turned-away-empty") { lab in
            let disk = try lab.targetDisk(filledWith: 10)
            let before = try disk.fingerprint()
            lab.controller.reply(to: "/init", .init(status: 410))
            var configuration = try lab.machine(
                overlay: lab.overlay(lab.tinyGuestVars()), disks: [MachineDisk(disk)])
            // With no system on the disk, what comes next is the firmware's work: a reset.
            configuration.endsAtReset = true
            let machine = try await lab.powerOn(configuration)

            #expect(try await machine.waitForPowerOff(within: 180) == "guest-reset")
            #expect(lab.controller.calls(to: "/init").count == 1)
            #expect(lab.images.accesses.isEmpty)
            #expect(try disk.fingerprint() == before)
        }
    }
}
