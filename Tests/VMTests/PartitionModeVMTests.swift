import LabKit
import Testing

/// Images that are a bare file system: partitions are made around them.
@Suite struct PartitionModeVMTests {
    private static let grub = Artefact(
        "cache/grub/usr/lib/grub/x86_64-efi/monolithic/grubx64.efi", "make images")

    @Test func aBareFileSystemWithGRUBIsStartedByTheFirmware() async throws {
        try await Lab.run("partition-mode-uefi") { lab in
            let disk = try lab.disk("target", mebibytes: 1024)
            let vars = try await lab.tinyGuestVars(
                variant: TinyGuestVariant.bareFileSystem(grub: try Self.grub.path), "bare"
            ).merging(["IMAGE_MODE": "partition", "HANDOVER": "reboot", "MACHINE_EXTRA_KERNEL_PARAMS": "martlet.lab=1"])
            var configuration = try lab.machine(
                overlay: lab.overlay(vars, hostname: "enclosed"), disks: [MachineDisk(disk)])
            configuration.firmware = .uefi
            configuration.firmwareVariables = lab.path("machine.vars")
            configuration.memoryMiB = 1024
            configuration.endsAtReset = true
            let installer = try await lab.powerOn(configuration)
            try await installer.console.expect(
                "  put GRUB on the EFI system partition", within: 240, stops: TinyGuest.obstacles)
            try await installer.console.expect("  grew / ", within: 60, stops: TinyGuest.obstacles)
            try await installer.console.expect("  firmware  Boot", within: 60, stops: TinyGuest.obstacles)
            let entry = try await installer.console.expect("\n", within: 5)
            #expect(entry.hasSuffix(#" "Tiny guest", first: \EFI\tiny\grubx64.efi, GRUB"#), "\(entry)")
            #expect(try await installer.waitForPowerOff(within: 120) == "guest-reset")
            #expect(lab.controller.calls(to: "/success").map(\.text) == ["provisioning complete"])

            #expect(try await disk.partitionTableProblems() == "")
            try await HostTool.run(["bash", "-ec", Self.checkVolume, "check", disk.path, lab.path("esp.fat")])
            var restarted = lab.machineBootingDisk(disk, .uefi)
            restarted.boot = .firmware
            restarted.firmwareVariables = configuration.firmwareVariables
            let system = try await lab.powerOn(restarted)
            try await system.console.expectTinyGuest(hostname: "enclosed", within: 240)
            let console = system.console.transcript
            #expect(console.contains("TINY-GUEST firmware: UEFI") && console.contains(" martlet.lab=1"))
        }
    }

    /// The raw image on a machine with a BIOS: no loader, and none that it could start.
    @Test func aBareFileSystemWithoutALoaderIsStartedByKexec() async throws {
        try await Lab.run("partition-mode-kexec") { lab in
            let disk = try lab.disk("target", mebibytes: 1024)
            let vars = try await lab.tinyGuestVars(variant: TinyGuestVariant.bareFileSystem, "bare")
                .merging(["IMAGE_MODE": "partition"])
            let machine = try await lab.powerOn(
                lab.machine(overlay: lab.overlay(vars, hostname: "enclosed"), disks: [MachineDisk(disk)]))
            try await machine.console.expectTinyGuest(hostname: "enclosed")
            let console = machine.console
            for text in ["gets no loader for BIOS", "the EFI system partition gets no loader: "] {
                #expect(console.transcript.contains(text))
            }
            try console.type("root\n")
            let table = try await console.run("cat /etc/fstab")
            #expect(table.contains("UUID=\(TinyGuestVariant.rootUUID) / ext4 errors=remount-ro 0 1"), "\(table)")
            #expect(table.contains(" /boot/efi vfat umask=0077,nofail 0 2"), "\(table)")
            let sectors = try await console.run("cat /sys/class/block/vda2/size")
            // From 513 MiB to the last whole MiB before the backup table.
            #expect(sectors.contains("\((1024 - 513 - 1) << 11)"), "\(sectors)")
            try await machine.cutPower()
            #expect(try await disk.partitionTableProblems() == "")
        }
    }

    @Test func aWholeDiskIsRefusedForABareFileSystem() async throws {
        try await Lab.run("partition-mode-refused") { lab in
            let disk = try lab.targetDisk(filledWith: 1)
            let before = try disk.fingerprint()
            let vars = try lab.tinyGuestVars().merging(["IMAGE_MODE": "partition"])
            let machine = try await lab.powerOn(
                lab.machine(overlay: lab.overlay(vars), disks: [MachineDisk(disk)]))
            let failure = try await machine.console.expectFailure(of: "preflight", within: 180)
            #expect(failure.cause.contains("a whole disk with a partition table"), "\(failure.cause)")
            #expect(failure.block.contains("IMAGE_MODE=partition"))
            try await machine.cutPower()
            #expect(try disk.fingerprint() == before)
        }
    }

    /// Looks at the FAT volume of `$1`, which goes to `$2`.
    private static let checkVolume = """
        export PATH=$PATH:/usr/sbin:/sbin
        dd if="$1" of="$2" bs=1M skip=1 count=512 conv=sparse status=none
        fsck.fat -n "$2"
        mtype -i "$2" ::/EFI/debian/grub.cfg | grep -q \(TinyGuestVariant.rootUUID)
        mdir -i "$2" -b ::/EFI/BOOT/BOOTX64.EFI
        """
}
