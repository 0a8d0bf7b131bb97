import LabKit
import Testing

@Suite struct InstalledSystemVMTests {
    /// The tiny guest's root, as the partition table names it.
    private static let root = "/dev/disk/by-partuuid/74696e79-6775-4573-9474-706172743031"
    /// In the gap between table and first partition: part of the head, which the seal writes.
    private static let gapSector = 40

    @Test func hooksSeeAWholeDiskAndWhatTheyWriteIsThereWhenItBoots() async throws {
        try await Lab.run("hooks") { lab in
            let disk = try lab.targetDisk()
            let whole = "root=$(readlink -f \(Self.root)) && disk=${root%p3}"
            let vars = try lab.tinyGuestVars().merging([
                "HOSTNAME": "hooked", "MACHINE_EXTRA_KERNEL_PARAMS": "martlet.lab=1",
                "POST_PROVISION_CMDS": [
                    "\(whole) && echo HOOK sees $(dd if=$disk bs=512 skip=1 count=1 2>/dev/null | head -c 8)",
                    "\(whole) && printf HOOK-GAP | dd of=$disk bs=512 seek=\(Self.gapSector) conv=notrunc",
                    "echo HOOK in $(cat /etc/hostname) && mkdir /from-hook",
                ].joined(separator: ";"),
            ])
            let machine = try await lab.powerOn(
                lab.machine(overlay: lab.overlay(vars, hostname: "hooked"), disks: [MachineDisk(disk)]))

            let console = machine.console
            try await console.expect("| HOOK sees EFI PART", within: 240, stops: TinyGuest.obstacles)
            try await console.expect("| HOOK in hooked", within: 60, stops: TinyGuest.obstacles)
            try await console.expect(TinyGuest.booted, within: 240, stops: TinyGuest.obstacles)
            try await console.expect("martlet.lab=1", within: 30)
            try await console.expect(TinyGuest.loginPrompt, within: 30)
            try await machine.cutPower()

            #expect(lab.controller.finishedSteps.contains("run-hooks"))
            let gap = try disk.bytes(at: Self.gapSector * 512, count: 8)
            #expect(String(decoding: gap, as: UTF8.self) == "HOOK-GAP")
            #expect(lab.controller.log.contains("hook: HOOK sees EFI PART"))
            // The table is whole at both ends, whatever went through the view.
            try await HostTool.run(["sgdisk", "--verify", disk.path])
        }
    }

    @Test func aHookThatFailsSaysWhyAndLeavesADiskThatNothingBoots() async throws {
        try await Lab.run("hook-fails") { lab in
            let disk = try await lab.diskWithOldSystem()
            let vars = try lab.tinyGuestVars().merging([
                "POST_PROVISION_CMDS": "echo HOOK gives up && exit 3; echo never"
            ])
            let machine = try await lab.powerOn(
                lab.machine(overlay: lab.overlay(vars), disks: [MachineDisk(disk)]))

            let failure = try await machine.console.expectFailure(of: "run-hooks", within: 240)
            #expect(failure.cause.contains("the command `echo`"))
            #expect(failure.cause.contains("exited with status 3; its last lines: HOOK gives up"))
            #expect(!failure.block.contains("| never"))
            let mounts = try await machine.console.run("cat /proc/mounts /proc/partitions")
            #expect(!mounts.contains("/newroot") && !mounts.contains("loop0") && !mounts.contains("dm-0"))
            try await machine.cutPower()
            #expect(try disk.hasNoPartitionTable)
            #expect(lab.controller.calls(to: "/success").isEmpty)
        }
    }
}
