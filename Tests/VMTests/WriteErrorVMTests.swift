import LabKit
import Testing

@Suite struct WriteErrorVMTests {
    /// In the body: data of a file in the tiny guest's root.
    private static let sector = (10 << 20) / 512 + 77

    @Test func aSectorThatFailsOnceIsWrittenAgainAndThatIsSaid() async throws {
        try await Lab.run("write-error-once") { lab in
            var disk = MachineDisk(try lab.targetDisk(filledWith: 51))
            disk.writeError = .init(sector: Self.sector, isOnce: true)
            let machine = try await lab.powerOn(
                lab.machine(overlay: lab.overlay(lab.tinyGuestVars(), hostname: "twice"), disks: [disk]))

            try await machine.console.expect("Input/output error; trying it once more", within: 180)
            try await machine.console.expectTinyGuest(hostname: "twice")
            let said = "write to /dev/vda failed at sector "
            #expect(lab.controller.events.contains { $0.message?.hasPrefix(said) == true })
            #expect(lab.controller.log.contains(said))
            #expect(lab.controller.log.contains("writes tried once more: 1"))
        }
    }

    @Test func aSectorThatCannotBeWrittenIsNamedAndTheDiskBootsNowhere() async throws {
        try await Lab.run("write-error") { lab in
            let disk = try await lab.diskWithOldSystem()
            var target = MachineDisk(disk)
            target.writeError = .init(sector: Self.sector, isOnce: false)
            let machine = try await lab.powerOn(
                lab.machine(overlay: lab.overlay(lab.tinyGuestVars()), disks: [target]))
            let failure = try await machine.console.expectFailure(of: "write-image", within: 300)
            #expect(
                failure.cause == "write to /dev/vda failed at sector \(Self.sector) (of 512 bytes): Input/output error")
            #expect(failure.block.contains("the kernel's log and in smartctl -a"))
            let report = try await lab.controller.waitFor("/error", within: 60)
            #expect(report.text == "step write-image failed: \(failure.cause)")
            try await machine.cutPower()

            #expect(try disk.hasNoPartitionTable)
            try await lab.checkThatNoFirmwareBoots(disk)
            #expect(lab.controller.calls(to: "/success").isEmpty)
        }
    }

    /// Sector 0 comes last, when all else is there.
    @Test func aSealThatTheDiskDoesNotTakeIsNoSuccessAndTheDiskBootsNowhere() async throws {
        try await Lab.run("write-error-seal") { lab in
            let disk = try await lab.diskWithOldSystem()
            let machine = try await lab.powerOn(
                lab.machine(
                    overlay: lab.overlay(lab.tinyGuestVars()), arguments: ["martlet.break=seal-disk"],
                    disks: [MachineDisk(disk)]))
            try await machine.console.expectBreak(before: "seal-disk")
            try await machine.failWrites(disk: 0, sector: 0)
            try machine.console.leaveBreak()
            let failure = try await machine.console.expectFailure(of: "seal-disk")
            #expect(failure.cause == "write to /dev/vda failed at sector 0 (of 512 bytes): Input/output error")
            try await lab.controller.waitFor("/error", within: 60)
            try await machine.cutPower()

            #expect(lab.controller.log.contains("Input/output error; trying it once more"))
            #expect(try disk.hasNoPartitionTable)
            try await lab.checkThatNoFirmwareBoots(disk)
            #expect(lab.controller.calls(to: "/success").isEmpty)
        }
    }
}
