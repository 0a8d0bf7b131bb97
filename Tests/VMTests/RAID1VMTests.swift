import LabKit
import Testing

@Suite struct RAID1VMTests {
    /// The smaller disk decides: 127 MiB are left of 128 for the array.
    private static let arrayBytes = 127 << 20

    @Test func aSystemOnTwoDisksBootsFromEitherAlone() async throws {
        try await Lab.run("raid1-system") { lab in
            let first = try lab.targetDisk("first", filledWith: 1)
            let second = try lab.disk("second", mebibytes: 130, filledWith: 2)
            let other = try lab.targetDisk("other", filledWith: 3)
            let before = try other.fingerprint()
            let mdadm = try await DebianPackage.unpacked("mdadm") + "/sbin/mdadm"
            let kernel = "\(Artefact.outputDirectory)/cache/kernel-cloud"
            let vars = try await lab.tinyGuestVars(
                variant: TinyGuestVariant.assemblingMirrors, "mirror", [mdadm, kernel]
            ).merging([
                "RAID_LEVEL": "1", "DISK_SERIAL": "SECOND,FIRST", "PROVISION_ID": "pair-1",
                "IMAGE_VERIFY_READBACK": "true",
            ])
            let overlay = lab.overlay(vars, hostname: "mirrored")
            let disks = [
                MachineDisk(other, serial: "OTHER"), MachineDisk(first, serial: "FIRST"),
                MachineDisk(second, serial: "SECOND"),
            ]
            var machine = try await lab.powerOn(lab.machine(overlay: overlay, disks: disks))
            try await machine.console.expectTinyGuest(hostname: "mirrored")
            try machine.console.type("root\n")
            let mounts = try await machine.console.run("cat /proc/mounts")
            #expect(mounts.contains("/dev/md127p3 / ext4"), "\(mounts)")
            let arrays = try await machine.console.run("cat /proc/mdstat")
            #expect(arrays.contains("md127 : active raid1") && arrays.contains("[UU]"), "\(arrays)")
            // Until then the second disk is not known to be equal.
            try await machine.console.run(
                "mount -o remount,ro /; while grep -q resync /proc/mdstat; do sleep 1; done; sleep 2", within: 120)
            try await machine.cutPower()
            #expect(lab.controller.log.contains("/dev/vdc and /dev/vdb are mirrored as /dev/md127, md UUID "))
            #expect(lab.controller.log.contains("; read back"))
            #expect(try other.fingerprint() == before)
            try await checkMembers([second, first], lab, mdadm)

            // A look at one disk must not change it: the other would not be its mirror any more.
            let mirrored = try [first, second].map { try $0.fingerprint() }
            machine = try await lab.powerOn(
                lab.machine(overlay: overlay, arguments: ["martlet.break=load-kernel"], disks: disks))
            try await machine.console.expect(
                "/dev/vdc3 is already provisioned as PROVISION_ID pair-1", within: 180, stops: TinyGuest.obstacles)
            try await machine.console.expectBreak(before: "load-kernel")
            try await machine.cutPower()
            #expect(try [first, second].map { try $0.fingerprint() } == mirrored)

            for (disk, firmware) in [(first, .bios), (second, .uefi)]
                as [(DiskFile, MachineConfiguration.Firmware)]
            {
                machine = try await lab.powerOn(lab.machineBootingDisk(disk, firmware))
                try await machine.console.expectTinyGuest(hostname: "mirrored")
                try machine.console.type("root\n")
                let arrays = try await machine.console.run("cat /proc/mdstat /proc/mounts")
                #expect(arrays.contains("[2/1]") && arrays.contains("/dev/md127p3 / ext4"), "\(arrays)")
                try await machine.cutPower()
            }
        }
    }

    @Test func anImageThatWouldUseOneDiskAloneIsRefusedBeforeTheSeal() async throws {
        try await Lab.run("raid1-without-mdadm") { lab in
            let disks = try [lab.targetDisk("first", filledWith: 1), lab.targetDisk("second", filledWith: 2)]
            let vars = try lab.tinyGuestVars().merging(["RAID_LEVEL": "1", "DISK_SERIAL": "FIRST,SECOND"])
            let machine = try await lab.powerOn(
                lab.machine(
                    overlay: lab.overlay(vars),
                    disks: [MachineDisk(disks[0], serial: "FIRST"), MachineDisk(disks[1], serial: "SECOND")]))
            let failure = try await machine.console.expectFailure(of: "find-root", within: 240)
            #expect(failure.block.contains("it has no mdadm"), "\(failure.block)")
            let arrays = try await machine.console.run("ls /sys/block")
            #expect(!arrays.contains("md127"), "\(arrays)")
            try await machine.cutPower()
            for disk in disks { #expect(try disk.bytes(at: 0, count: 1 << 20).allSatisfy { $0 == 0 }) }
        }
    }

    /// What mdadm makes of the disks, the one that is copied from first, and whether each of them holds the whole system.
    private func checkMembers(_ disks: [DiskFile], _ lab: Lab, _ mdadm: String) async throws {
        var arrays: Set<String> = []
        var contents: Set<String> = []
        for (place, disk) in disks.enumerated() {
            let report = try await HostTool.run([mdadm, "--examine", disk.path])
            for text in ["Version : 1.0", "Name : any:root", "- correct", "Active device \(place)", "State : clean"] {
                #expect(report.contains(text), "\(report)")
            }
            let uuid = report.split(separator: "\n").first { $0.contains("Array UUID :") }
            arrays.insert(String(try #require(uuid)))
            let array = try DiskFile(creating: lab.path("array-\(place)"), bytes: Self.arrayBytes)
            try array.write(try disk.bytes(at: 0, count: Self.arrayBytes), at: 0)
            contents.insert(try array.fingerprint())
            #expect(try await array.partitionTableProblems() == "", "the table's true end is the array's")
        }
        #expect(arrays.count == 1 && contents.count == 1)
    }
}
