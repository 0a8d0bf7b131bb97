import LabKit
import Testing

@Suite struct RootKindsVMTests {
    @Test func aLogicalPartitionOfAnMBRGrowsAndIsBootedFromABootOnHalfAnArray() async throws {
        try await Lab.run("root-on-mbr") { lab in
            let target = try lab.targetDisk(filledWith: 1)
            let vars = try await lab.tinyGuestVars(variant: TinyGuestVariant.masterBootRecord, "mbr")
            let sector = TinyGuestVariant.bootSuperblockSector
            try DiskFile(existing: lab.path("mbr.raw")).write(
                RAIDMember.superblock(at: sector, dataOffset: 0, dataSectors: sector),
                at: TinyGuestVariant.bootSuperblockOffset)
            let machine = try await lab.powerOn(
                lab.machine(overlay: lab.overlay(vars, hostname: "logical"), disks: [MachineDisk(target)]))
            // The kernel comes from there: the guest would not start without.
            try await machine.console.expect(
                "  array     /dev/md127, raid1 of /dev/vda1\n", within: 240, stops: TinyGuest.obstacles)
            try await machine.console.expectTinyGuest(hostname: "logical")
            try await machine.cutPower()
            let table = try await HostTool.run(["sfdisk", "--dump", target.path])
            #expect(table.contains("label-id: 0x74696e79"))
            #expect(table.contains("\(target.path)2 : start=       51200, size=      210944"), "\(table)")
            #expect(table.contains("\(target.path)5 : start=       55296, size=      206848"), "\(table)")
            #expect(try await HostTool.run(["sfdisk", "--verify", target.path]).contains("No errors detected"))
            // The array was written to, and was stopped: nothing is left to synchronise.
            let superblock = try target.bytes(
                at: TinyGuestVariant.bootSuperblockOffset, count: RAIDMember.superblockLength)
            #expect(superblock[200] > UInt8(RAIDMember.events) && superblock[201..<208].allSatisfy { $0 == 0 })
            #expect(superblock[208..<216].allSatisfy { $0 == 0xff })
        }
    }

    @Test func aRootOnALogicalVolumeIsGrownSeededAndSealed() async throws {
        try await Lab.run("root-on-lvm") { lab in
            let target = try lab.targetDisk(filledWith: 1)
            let vars = try await lab.tinyGuestVars(variant: TinyGuestVariant.logicalVolume, "lvm")
                .merging(["ROOT_PARTITION": "lv:tiny-vg/root", "HANDOVER": "poweroff", "PROVISION_ID": "volume-1"])
            let overlay = lab.overlay(vars, hostname: "volume")
            var machine = try await lab.powerOn(lab.machine(overlay: overlay, disks: [MachineDisk(target)]))
            // The tiny guest's own initramfs knows no LVM: what was written is looked at from outside.
            try await machine.console.expect("  grew / from 3", within: 240, stops: TinyGuest.obstacles)
            _ = try await lab.controller.waitFor("/success", within: 240)
            _ = try await machine.waitForPowerOff(within: 60)
            #expect(try await target.partitionTableProblems() == "")
            // 31 extents of 4 MiB on a partition that ends with the last whole MiB but one; the volume takes all of them.
            let volume = try await HostTool.run(["bash", "-ec", TinyGuestVariant.examineVolume, "examine", target.path])
            #expect(
                volume.contains("31 0 130023424") && volume.contains("Block count:              126976"), "\(volume)")
            let seed = try await HostTool.run([
                "debugfs", "-R", "cat /var/lib/cloud/seed/nocloud/meta-data",
                "\(target.path)?offset=\(TinyGuestVariant.volumeOffset)",
            ])
            #expect(seed.contains("local-hostname: volume"))

            // The same order again, and an agent that is ended after it has looked: its successor must find as much.
            let before = try target.fingerprint()
            machine = try await lab.powerOn(
                lab.machine(overlay: overlay, arguments: ["martlet.break=load-kernel"], disks: [MachineDisk(target)]))
            let found = "is already provisioned as PROVISION_ID volume-1"
            try await machine.console.expect(found, within: 120, stops: TinyGuest.obstacles)
            try await machine.console.expectBreak(before: "load-kernel")
            try machine.console.type("martlet retry\n")
            try await machine.console.expect(found, within: 120, stops: TinyGuest.obstacles)
            try await machine.console.expect("stopped before step load-kernel", within: 60)
            try await machine.cutPower()
            #expect(try target.fingerprint() == before)
        }
    }

    @Test func aRootThatAnotherDiskHasTooIsRefusedBeforeTheSeal() async throws {
        try await Lab.run("two-copies-of-a-root") { lab in
            // The same image was written to the other disk some time ago.
            let other = try await lab.diskWithOldSystem()
            let target = try lab.targetDisk("new", filledWith: 1)
            let before = try other.fingerprint()
            let vars = try lab.tinyGuestVars().merging(["DISK_SERIAL": "TARGET"])
            let machine = try await lab.powerOn(
                lab.machine(
                    overlay: lab.overlay(vars),
                    disks: [MachineDisk(other, serial: "OTHER"), MachineDisk(target, serial: "TARGET")]))
            let failure = try await machine.console.expectFailure(of: "find-root", within: 240)
            for text in ["/dev/vda3", "/dev/vdb3", "OTHER"] { #expect(failure.block.contains(text)) }
            let report = try await lab.controller.waitFor("/error", within: 60)
            #expect(report.text.hasPrefix("step find-root failed: "))
            try await machine.cutPower()
            #expect(try target.hasNoPartitionTable)
            #expect(try other.fingerprint() == before)
        }
    }
}
