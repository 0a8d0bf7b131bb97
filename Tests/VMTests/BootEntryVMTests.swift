import LabKit
import Testing

@Suite struct BootEntryVMTests {
    /// Where the tiny image's EFI system partition begins (`initrd/images/tiny.sh`).
    private static let systemPartitionOffset = 4096 * 512
    private static let loader = "::/EFI/tiny/grubx64.efi"
    private static let fallback = "::/EFI/BOOT/BOOTX64.EFI"

    @Test func aMachineRestartsIntoTheSystemByTheEntryThatWasWrittenForIt() async throws {
        try await Lab.run("boot-entry") { lab in
            let disk = try lab.targetDisk()
            var configuration = try await machine(lab, disk, hostname: "by-entry")
            configuration.firmwareVariables = lab.path("machine.vars")
            let installer = try await lab.powerOn(configuration)
            let console = installer.console
            try await console.expect("  firmware  Boot", within: 240, stops: TinyGuest.obstacles)
            let entry = try await console.expect("\n", within: 5)
            #expect(entry.hasSuffix(#" "Tiny guest", first: \EFI\tiny\grubx64.efi, GRUB"#), "\(entry)")
            #expect(try await installer.waitForPowerOff(within: 120) == "guest-reset")
            #expect(lab.controller.calls(to: "/success").map(\.text) == ["provisioning complete"])

            // The same firmware, now with the disk alone, which has nothing at the fallback path.
            var restarted = lab.machineBootingDisk(disk, .uefi)
            restarted.boot = .firmware
            restarted.firmwareVariables = configuration.firmwareVariables
            let system = try await lab.powerOn(restarted)
            try await system.console.expect("BdsDxe: starting Boot", within: 90)
            let started = try await system.console.expect("\n", within: 5)
            #expect(
                started.contains(#""Tiny guest" from HD(2,GPT,74696E79-6775-4573-9474-657370303031,"#), "\(started)")
            try await system.console.expectTinyGuest(hostname: "by-entry", within: 180)
        }
    }

    @Test func aFirmwareThatTakesNoEntryIsWarnedOfAndTheFallbackPathIsFilled() async throws {
        try await Lab.run("boot-entry-refused") { lab in
            let disk = try lab.targetDisk()
            var configuration = try await machine(lab, disk, hostname: "by-fallback", stopsBefore: "load-kernel")
            configuration.firmwareVariables = lab.path("machine.vars")
            let installer = try await lab.powerOn(configuration)
            let console = installer.console
            try await console.expectBreak(before: "load-kernel", within: 240)
            try await console.run("mount -o remount,ro /sys/firmware/efi/efivars")
            try console.leaveBreak()
            try await console.expect("the firmware did not let Boot", within: 60, stops: TinyGuest.obstacles)
            let refusal = try await console.expect("\n", within: 5)
            #expect(refusal.contains("Read-only file system"), "\(refusal)")
            #expect(try await installer.waitForPowerOff(within: 120) == "guest-reset")

            let place = "\(disk.path)@@\(Self.systemPartitionOffset)"
            let copies = [lab.path("loader.efi"), lab.path("fallback.efi")].map(DiskFile.init(existing:))
            try await HostTool.run(["mcopy", "-i", place, Self.loader, copies[0].path])
            try await HostTool.run(["mcopy", "-i", place, Self.fallback, copies[1].path])
            #expect(try copies[0].sha256() == copies[1].sha256())
            #expect(try await disk.partitionTableProblems() == "")
        }
    }

    /// A UEFI machine that installs a tiny guest whose loader is at its vendor's path alone, and then restarts.
    private func machine(
        _ lab: Lab, _ disk: DiskFile, hostname: String, stopsBefore step: String? = nil
    ) async throws -> MachineConfiguration {
        let image = DiskFile(existing: lab.path("vendor.raw"))
        try await HostTool.run(["cp", try Artefact.tinyImage("raw").path, image.path])
        let place = "\(image.path)@@\(Self.systemPartitionOffset)"
        let program = lab.path("grubx64.efi")
        try await HostTool.run(["mcopy", "-i", place, Self.fallback, program])
        try await HostTool.run(["mdel", "-i", place, Self.fallback])
        try await HostTool.run(["mmd", "-i", place, "::/EFI/tiny"])
        try await HostTool.run(["mcopy", "-i", place, program, Self.loader])
        let vars = try lab.tinyGuestVars("raw").merging([
            "IMAGE": lab.images.serve("/vendor.raw", file: image.path), "IMAGE_CHECKSUM": try image.sha256(),
            "HANDOVER": "reboot",
        ])
        var configuration = try lab.machine(
            overlay: lab.overlay(vars, hostname: hostname), arguments: step.map { ["martlet.break=\($0)"] } ?? [],
            disks: [MachineDisk(disk)])
        configuration.firmware = .uefi
        configuration.memoryMiB = 1024
        configuration.endsAtReset = true
        return configuration
    }
}
