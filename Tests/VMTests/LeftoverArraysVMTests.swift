import LabKit
import Testing

@Suite struct LeftoverArraysVMTests {
    /// What earlier systems left: each array has one partition of the target, and the rest of its members on other disks.
    private static let arrays = [
        "/dev/md0 --level=0 --raid-devices=2 --metadata=1.2 /dev/vda1 /dev/vdb",
        // With --force all members are there, and parity is compared; on disks of zeros it is right already.
        "/dev/md5 --level=5 --raid-devices=3 --metadata=1.0 --bitmap=none --force /dev/vda2 /dev/vdc /dev/vdd",
        "/dev/md10 --level=10 --raid-devices=2 --metadata=0.90 --bitmap=none --assume-clean /dev/vda3 /dev/vde",
        "/dev/md1 --level=1 --raid-devices=2 --metadata=1.1 --bitmap=none --assume-clean /dev/vda4 /dev/vdf",
        // DDF is a firmware's format: a container, and a volume in it that mdmon(8) watches over.
        "/dev/md127 --metadata=ddf --raid-devices=2 /dev/vda5 /dev/vdg",
        "/dev/md2 --level=1 --raid-devices=2 --assume-clean --size=8M /dev/md127",
    ]
    private static let mebibytes = 24
    /// Where the superblocks of versions 1.0 and 0.90 lie on a disk of that size: Linux md(4).
    private static let superblock1_0 = (24 << 20) - 8192..<(24 << 20) - 4096
    private static let superblock0_90 = (24 << 20) - 65536..<(24 << 20) - 65536 + 4096
    /// A DDF container keeps 32 MiB at the end for itself, of which mdmon has its own idea.
    private static let containerMebibytes = 48
    private static let container = 15 << 20..<48 << 20

    @Test func arraysAndAVolumeGroupAreReleasedTopDownAndOnlyTheTargetIsWiped() async throws {
        try await Lab.run("leftover-arrays") { lab in
            let target = try lab.disk("target", mebibytes: 192)
            try await HostTool.run(
                ["sgdisk"] + (1...4).flatMap { ["-n", "\($0):0:+\(Self.mebibytes)M"] }
                    + ["-n", "5:0:+\(Self.containerMebibytes)M", target.path])
            let others =
                try ["stripe", "parity-1", "parity-2", "mirror", "volumes"].map {
                    try lab.disk($0, mebibytes: Self.mebibytes)
                } + [lab.disk("container", mebibytes: Self.containerMebibytes)]
            var overlay = lab.overlay(try lab.tinyGuestVars().merging(["DISK_SERIAL": "TARGET"]), hostname: "released")
            let mdadm = try await addArrayPrograms(to: &overlay)
            let lvm = try await overlay.addHostProgram("/sbin/lvm")
            let machine = try await lab.powerOn(
                lab.machine(
                    overlay: overlay, arguments: ["martlet.break=select-disk"],
                    disks: [MachineDisk(target, serial: "TARGET")] + others.map { MachineDisk($0) }))
            let console = machine.console
            try await console.expectBreak(before: "select-disk")
            try await prepare(console)
            try await makeArrays(console, mdadm)
            try await makeVolume(console, lvm)
            // What stopped being written to is clean again after a fifth of a second.
            try await console.run("sync; sleep 1; cat /proc/mdstat")
            let allowed = [
                [], [Self.superblock1_0], [Self.superblock1_0], [Self.superblock0_90], [], [Self.container],
            ]
            let before = try zip(others, allowed).map { try $0.fingerprint(ignoring: $1) }
            try console.leaveBreak()

            try await console.expectTinyGuest(hostname: "released")
            try await machine.cutPower()
            let after = try zip(others, allowed).map { try $0.fingerprint(ignoring: $1) }
            #expect(after == before, "of a busy array's members its metadata change, of any other's nothing")
            try checkReport(console.transcript)
            // A RAID 5 that was not compared to its end is still to be: mdadm calls that active.
            let states = [
                ("raid0", "clean"), ("raid5", "active"), ("raid5", "active"), ("raid10", "clean"), ("raid1", "clean"),
            ]
            for (disk, (level, state)) in zip(others, states) {
                let report = try await HostTool.run([try await Self.programs() + "/mdadm", "--examine", disk.path])
                for text in ["Raid Level : \(level)", "State : \(state)", "- correct"] {
                    #expect(report.contains(text), "\(report)")
                }
            }
        }
    }

    @Test func aFirmwaresContainerOfWholeDisksIsReleasedFromItsVolumeDown() async throws {
        try await Lab.run("leftover-imsm") { lab in
            let target = try lab.targetDisk()
            let other = try lab.targetDisk("other")
            var overlay = lab.overlay(try lab.tinyGuestVars().merging(["DISK_SERIAL": "TARGET"]), hostname: "released")
            let mdadm = try await addArrayPrograms(to: &overlay)
            let machine = try await lab.powerOn(
                lab.machine(
                    overlay: overlay, arguments: ["martlet.break=select-disk"],
                    disks: [
                        MachineDisk(target, bus: .virtioSCSI, serial: "TARGET"),
                        MachineDisk(other, bus: .virtioSCSI, serial: "OTHER"),
                    ]))
            let console = machine.console
            try await console.expectBreak(before: "select-disk")
            try await prepare(console)
            // Intel's format, without the firmware that mdadm asks for else.
            let create = "IMSM_NO_PLATFORM=1 \(mdadm) --create --run --raid-devices=2"
            try await console.run("\(create) /dev/md127 --metadata=imsm /dev/sda /dev/sdb", within: 60)
            try await console.run("\(create) /dev/md0 --level=1 --assume-clean --size=64M /dev/md127", within: 60)
            try await console.run("dd if=/dev/urandom of=/dev/md0 bs=1M count=16 conv=fsync; sync", within: 60)
            // What mdadm keeps at a disk's end for the format and for itself.
            let metadata = [124 << 20..<128 << 20]
            #expect(try contains(Self.intel, other))
            let before = try other.fingerprint(ignoring: metadata)
            try console.leaveBreak()

            try await console.expectTinyGuest(hostname: "released")
            try await machine.cutPower()
            #expect(try other.fingerprint(ignoring: metadata) == before)
            #expect(try contains(Self.intel, other) && !contains(Self.intel, target))
            let volume = try #require(console.transcript.range(of: "stopped md0 (raid1)"))
            let container = try #require(console.transcript.range(of: "stopped md127\n"))
            #expect(volume.upperBound < container.lowerBound)
        }
    }

    /// What IMSM's metadata begin with, in one of a disk's last sectors.
    private static let intel = Array("Intel Raid ISM Cfg Sig.".utf8)

    private func contains(_ bytes: [UInt8], _ disk: DiskFile) throws -> Bool {
        try disk.bytes(at: try disk.size - 65536, count: 65536).firstRange(of: bytes) != nil
    }

    private static func programs() async throws -> String { try await DebianPackage.unpacked("mdadm") + "/sbin" }

    /// Adds mdadm, and its daemon where it looks for that.
    ///
    /// - Returns: mdadm's command.
    private func addArrayPrograms(to overlay: inout Overlay) async throws -> String {
        let mdmon = try await overlay.addHostProgram(Self.programs() + "/mdmon")
        overlay.add("sbin/mdmon", text: "#!/bin/sh\nexec \(mdmon) \"$@\"\n", permissions: 0o755)
        return try await overlay.addHostProgram(Self.programs() + "/mdadm")
    }

    private func prepare(_ console: SerialConsole) async throws {
        try await console.run(
            "for module in raid0 raid1 raid10 raid456 dm-mod; do modprobe $module; done; mkdir -p /run/mdadm; "
                + "export MDADM_NO_UDEV=1 MDADM_NO_SYSTEMCTL=1")
    }

    /// RAID 5 is busy comparing, and RAID 10 counts as written to; the others are at rest.
    private func makeArrays(_ console: SerialConsole, _ mdadm: String) async throws {
        try await console.run("for limit in /proc/sys/dev/raid/speed_limit_m*; do echo 1 > $limit; done")
        for array in Self.arrays { try await console.run("\(mdadm) --create --run \(array)", within: 60) }
        try await console.run("echo 3600 > /sys/block/md10/md/safe_mode_delay")
        for name in ["md0", "md2", "md5", "md10"] {
            try await console.run("dd if=/dev/urandom of=/dev/\(name) bs=1M count=7 conv=fsync", within: 60)
        }
        #expect(try await console.run("cat /sys/block/md5/md/sync_action").contains("resync"))
        #expect(try await console.run("cat /sys/block/md10/md/array_state").contains("active"))
    }

    private func makeVolume(_ console: SerialConsole, _ lvm: String) async throws {
        let settings = """
            activation { udev_sync=0 udev_rules=0 } global { locking_dir=\\"/run\\" } \
            devices { use_devicesfile=0 obtain_device_list_from_udev=0 }
            """
        for command in [
            "pvcreate /dev/md1", "vgcreate old /dev/md1", "lvcreate -Zn -Wn -L 8M -n data old",
        ] {
            let (name, arguments) = (command.prefix { $0 != " " }, command.drop { $0 != " " })
            try await console.run("\(lvm) \(name) --config \"\(settings)\" \(arguments)", within: 60)
        }
        try await console.run("dd if=/dev/urandom of=/dev/dm-0 bs=1M count=8 conv=fsync", within: 60)
    }

    /// What the agent said it stopped, wiped and left.
    private func checkReport(_ transcript: String) throws {
        let volume = try #require(transcript.range(of: "stopped dm-0 (old-data, LVM)"))
        let below = try #require(transcript.range(of: "stopped md1 (raid1)\n"))
        #expect(volume.upperBound < below.lowerBound, "top down")
        let inContainer = try #require(transcript.range(of: "stopped md2 (raid1)"))
        let container = try #require(transcript.range(of: "stopped md127\n"))
        #expect(inContainer.upperBound < container.lowerBound, "the volume before its container")
        for line in [
            "stopped md0 (raid0)\n",
            "stopped md5 (raid5); it was in resync: md noted how far on all its members once",
            "stopped md10 (raid10); it was active: md marked it clean on all its members once",
            "left vdb: a member of md0, not on vda", "left vdc: a member of md5, not on vda",
            "left vdd: a member of md5, not on vda", "left vde: a member of md10, not on vda",
            "left vdf: a member of md1, not on vda",
            "wiped vda1: md 1.2 superblock at byte 4096",
            "wiped vda2: md 1.0 superblock at byte \(Self.superblock1_0.lowerBound)",
            "wiped vda3: md 0.90 superblock at byte \(Self.superblock0_90.lowerBound)",
            "wiped vda4: md 1.1 superblock at byte 0", "wiped vda5: ddf_raid_member",
        ] {
            #expect(transcript.contains(line), "\(line)")
        }
    }
}
