import LabKit
import Testing

@Suite struct PowerCutVMTests {
    @Test func aPowerCutInTheBodyLeavesADiskThatBootsNowhere() async throws {
        try await Lab.run("power-cut-body") { lab in
            let disk = try await lab.diskWithOldSystem()
            let vars = try lab.tinyGuestVars("raw")
            // Slow enough to be in the middle when half of it is written.
            let size = try DiskFile(existing: try Artefact.tinyImage("raw").path).size
            lab.images.set(HTTPFault(.throttled(bytesPerSecond: size / 12)), for: "/tiny.raw")
            let machine = try await lab.powerOn(
                lab.machine(overlay: lab.overlay(vars), disks: [MachineDisk(disk)]))
            try await lab.controller.waitForEvent("half of the image", within: 180) {
                $0.type == "progress" && $0.step == "write-image" && ($0.progress ?? 0) >= 40
            }
            try await machine.cutPower()

            #expect(!lab.controller.finishedSteps.contains("write-image"))
            #expect(try disk.hasNoPartitionTable)
            try await lab.checkThatNoFirmwareBoots(disk)
        }
    }

    @Test func aPowerCutWhileSeedingLeavesADiskThatBootsNowhere() async throws {
        try await Lab.run("power-cut-seed") { lab in
            let disk = try await lab.diskWithOldSystem()
            let machine = try await lab.powerOn(
                lab.machine(
                    overlay: lab.overlay(lab.tinyGuestVars()), arguments: ["martlet.break=seed-root"],
                    disks: [MachineDisk(disk)]))
            try await machine.console.expectBreak(before: "seed-root")
            // A disk of two operations a second stretches the seeding to many seconds.
            try await machine.throttle(disk: 0, operationsPerSecond: 2)
            try machine.console.leaveBreak()
            try await lab.controller.waitForEvent("seeding", within: 60) {
                $0.type == "step-started" && $0.step == "seed-root"
            }
            try await Task.sleep(for: .seconds(1))
            try await machine.cutPower()

            #expect(!lab.controller.finishedSteps.contains("seed-root"))
            #expect(try disk.hasNoPartitionTable)
            try await lab.checkThatNoFirmwareBoots(disk)
        }
    }

    @Test func aPowerCutRightAfterTheSealLeavesADiskThatBootsSeeded() async throws {
        try await Lab.run("power-cut-sealed") { lab in
            let disk = try await lab.diskWithOldSystem()
            let machine = try await lab.powerOn(
                lab.machine(
                    overlay: lab.overlay(lab.tinyGuestVars(), hostname: "sealed"),
                    arguments: ["martlet.break=report-success"], disks: [MachineDisk(disk)]))
            try await machine.console.expectBreak(before: "report-success")
            try await machine.cutPower()

            #expect(try await disk.partitionTableProblems() == "")
            let reborn = try await lab.powerOn(lab.machineBootingDisk(disk, .uefi))
            try await reborn.console.expectTinyGuest(hostname: "sealed")
            #expect(lab.controller.calls(to: "/success").isEmpty)
        }
    }
}
