import LabKit
import Testing

@Suite struct AmbiguousDiskVMTests {
    @Test func twoDisksWithOneSerialAreRefusedAndNeitherIsWritten() async throws {
        try await Lab.run("two-disks-one-serial") { lab in
            let first = try lab.targetDisk("first", filledWith: 1)
            let second = try lab.targetDisk("second", filledWith: 2)
            let before = try [first.fingerprint(), second.fingerprint()]
            let vars = try lab.tinyGuestVars().merging(["DISK_SERIAL": "TWIN"])
            let machine = try await lab.powerOn(
                lab.machine(
                    overlay: lab.overlay(vars),
                    disks: [MachineDisk(first, serial: "TWIN"), MachineDisk(second, serial: "TWIN")]))

            let failure = try await machine.console.expectFailure(of: "select-disk")
            for disk in ["vda", "vdb"] { #expect(failure.block.contains(disk), "the block names every candidate") }
            let report = try await lab.controller.waitFor("/error", within: 60)
            #expect(report.text.hasPrefix("step select-disk failed: "))

            let table = try await machine.console.run("martlet disks")
            for text in ["vda", "vdb", "TWIN"] { #expect(table.contains(text)) }
            try await machine.cutPower()
            #expect(try [first.fingerprint(), second.fingerprint()] == before)
            #expect(lab.images.requestCount("/tiny.zst") == 0)
        }
    }
}
