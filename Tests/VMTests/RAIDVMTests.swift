import LabKit
import Testing

@Suite struct RAIDVMTests {
    /// The version 1.2 superblock of a member lies 4 KiB from its start: Linux md(4), `struct mdp_superblock_1`.
    private static let superblock = 4096..<8192

    @Test func anAssembledRAID1IsReleasedAndItsOtherMemberKeepsEveryByteOfItsData() async throws {
        try await Lab.run("raid1-release") { lab in
            let target = try lab.targetDisk()
            let other = try lab.targetDisk("other")
            var overlay = lab.overlay(try lab.tinyGuestVars().merging(["DISK_SERIAL": "TARGET"]), hostname: "released")
            let mdadm = try await overlay.addHostProgram(DebianPackage.unpacked("mdadm") + "/sbin/mdadm")
            let machine = try await lab.powerOn(
                lab.machine(
                    overlay: overlay, arguments: ["martlet.break=select-disk"],
                    disks: [MachineDisk(target, serial: "TARGET"), MachineDisk(other, serial: "OTHER")]))
            let console = machine.console
            try await console.expectBreak(before: "select-disk")
            // No mdadm in the initramfs, and nothing there assembles arrays: the operator's own does it.
            try await console.run("modprobe raid1; export MDADM_NO_UDEV=1")
            try await console.run(
                "\(mdadm) --create /dev/md0 --run --level=1 --raid-devices=2 --metadata=1.2 --bitmap=none --assume-clean"
                    + " /dev/vda /dev/vdb", within: 60)
            try await console.run("dd if=/dev/urandom of=/dev/md0 bs=1M count=16 conv=fsync; sync", within: 60)
            let assembled = try await console.run("cat /proc/mdstat")
            #expect(assembled.contains("md0 : active") && assembled.contains("[UU]"))
            // The guest's cache is synced and QEMU's is the host's: the file is what the disk is.
            let before = try Member(other)
            try console.leaveBreak()

            try await console.expectTinyGuest(hostname: "released")
            try await machine.cutPower()
            let after = try Member(other)
            #expect(after.data == before.data, "every byte but the superblock's")
            #expect(after.identity == before.identity, "still a valid member of the same array")
            #expect(!before.identity.isEmpty)
            #expect(lab.controller.finishedSteps.contains("release-disk"))
        }
    }

    /// What a released member must keep.
    private struct Member {
        /// A fingerprint of all of the disk but the superblock.
        let data: String
        /// Of the superblock, what identifies the array and the member; empty when there is no superblock. The kernel
        /// may renew the time, the event count, the resync position and the checksum when the array stops, no more.
        let identity: [UInt8]

        init(_ disk: DiskFile) throws {
            data = try disk.fingerprint(ignoring: [RAIDVMTests.superblock])
            var bytes = try disk.bytes(at: RAIDVMTests.superblock.lowerBound, count: RAIDVMTests.superblock.count)
            let magic: [UInt8] = [0xFC, 0x4E, 0x2B, 0xA9]
            guard Array(bytes.prefix(4)) == magic else {
                identity = []
                return
            }
            // utime, events, resync_offset, sb_csum: offsets 192 to 220.
            for offset in 192..<220 { bytes[offset] = 0 }
            identity = bytes
        }
    }
}
