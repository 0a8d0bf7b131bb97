import LabKit
import Testing

/// NVME_NAMESPACES on QEMU's controller, which can attach namespaces but makes none.
@Suite struct NamespaceVMTests {
    @Test func aControllerThatMakesNoNamespacesIsRefusedAndKeepsWhatItHas() async throws {
        try await Lab.run("nvme-namespaces") { lab in
            let disk = try lab.targetDisk(filledWith: 51)
            let other = try lab.targetDisk("other", filledWith: 52)
            let before = try [disk, other].map { try $0.fingerprint() }
            let vars = try lab.tinyGuestVars().merging([
                "DISK_SERIAL": "TARGET", "NVME_NAMESPACES": "64MiB,rest", "SECURE_ERASE": "true",
            ])
            let machine = try await lab.powerOn(
                lab.machine(
                    overlay: lab.overlay(vars),
                    disks: [
                        MachineDisk(disk, bus: .nvme, serial: "TARGET"),
                        MachineDisk(other, bus: .nvme, serial: "OTHER"),
                    ]))

            let failure = try await machine.console.expectFailure(of: "select-disk")
            #expect(failure.cause.contains("/dev/nvme0 makes no namespaces: "))
            #expect(failure.block.contains("leave out NVME_NAMESPACES"))
            let report = try await lab.controller.waitFor("/error", within: 60)
            #expect(report.text.hasPrefix("step select-disk failed: /dev/nvme0 makes no namespaces: "))
            let plan = try await machine.console.run("martlet plan")
            #expect(plan.contains("NVME_NAMESPACES=64MiB,rest: unless the NVMe controller with serial number TARGET"))
            let disks = try await machine.console.run("martlet disks")
            #expect(disks.contains("nvme0n1") && disks.contains("nvme1n1"))
            try await machine.cutPower()
            #expect(try [disk, other].map { try $0.fingerprint() } == before)
            #expect(lab.images.accesses.isEmpty)
        }
    }
}
