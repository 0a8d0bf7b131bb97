import LabKit
import Testing

@Suite struct DiskMatrixVMTests {
    private static let names: [UInt64] = [0x5000_C500_A000_0001, 0x5000_C500_A000_0002]

    /// The image is signed, too, over all its bytes.
    @Test func allHintsTogetherFindOneDiskOnFiveControllersAndNoOtherIsWritten() async throws {
        try await Lab.run("disk-matrix") { lab in
            // The serial number is everybody's, the WWN belongs to the target alone.
            let target = try lab.targetDisk()
            let bystander = { try lab.disk($0, mebibytes: 16, filledWith: $1) }
            let others = [
                MachineDisk(try bystander("block", 21), serial: "TWIN"),
                MachineDisk(try bystander("block4k", 22), serial: "OTHER", sectorSize: 4096),
                MachineDisk(
                    try bystander("scsi", 23), bus: .virtioSCSI, serial: "TWIN", wwn: Self.names[0]),
                MachineDisk(
                    try bystander("scsi4k", 24), bus: .virtioSCSI, serial: "TWIN", sectorSize: 4096),
                MachineDisk(try bystander("nvme", 25), bus: .nvme, serial: "TWIN"),
                MachineDisk(try bystander("sata", 26), bus: .ahci, serial: "TWIN"),
            ]
            let before = try others.map { try $0.image.fingerprint() }
            let key = try await OpenPGPKey(in: lab)
            let vars = try lab.tinyGuestVars().merging([
                "DISK_SERIAL": "twin", "DISK_WWN": "wwn-0x5000C500A0000002", "DISK_VENDOR": "qemu",
                "DISK_MODEL": "QEMU HARDDISK", "DISK_MAX_SIZE_GB": "1", "IMAGE_GPG_PUBKEY": "/deploy/key.asc",
                "IMAGE_SIGNATURE_URL": try await key.sign(
                    try Artefact.tinyImage("zst").path, as: "/tiny.gpg", in: lab),
            ])
            var overlay = lab.overlay(vars, hostname: "matrix")
            overlay.add("deploy/key.asc", text: key.text)
            // The cloud kernel knows no AHCI, and its initramfs has no gpgv.
            let disks =
                others + [
                    MachineDisk(target, bus: .virtioSCSI, serial: "TWIN", wwn: Self.names[1])
                ]
            let machine = try await lab.powerOn(lab.serverMachine(overlay, disks: disks))

            try await machine.console.expect("target    /dev/sd", within: 180, stops: TinyGuest.obstacles)
            try await machine.console.expectTinyGuest(hostname: "matrix")
            try await machine.cutPower()
            #expect(try others.map { try $0.image.fingerprint() } == before)
            #expect(try await target.partitionTableProblems() == "")
        }
    }

    @Test func twoPathsToOneUnitAreOneDisk() async throws {
        try await Lab.run("two-paths") { lab in
            let target = try lab.targetDisk()
            let path = MachineDisk(target, bus: .virtioSCSI, serial: "LUN1", wwn: Self.names[0], isShared: true)
            let other = try lab.targetDisk("other", filledWith: 31)
            let before = try other.fingerprint()
            let vars = try lab.tinyGuestVars().merging(["DISK_SERIAL": "LUN1"])
            let machine = try await lab.powerOn(
                lab.machine(
                    overlay: lab.overlay(vars, hostname: "two-paths"), arguments: ["martlet.break=select-disk"],
                    disks: [path, path, MachineDisk(other, serial: "OTHER")]))
            let console = machine.console
            try await console.expectBreak(before: "select-disk")
            let table = try await console.run("martlet disks")
            #expect(table.contains("another path to sda") && table.contains("another path to sdb"))
            try console.leaveBreak()

            try await console.expectTinyGuest(hostname: "two-paths")
            try await machine.cutPower()
            #expect(try other.fingerprint() == before)
            #expect(try await target.partitionTableProblems() == "")
        }
    }

    @Test func leftoversAreReleasedAndTheSameOrderBootsWhatItHasWritten() async throws {
        try await Lab.run("leftovers") { lab in
            let target = try lab.targetDisk()
            try await Leftovers.writePoolAndStore(to: target)
            // A physical volume full of data: with RAID_CLEANUP=all it loses its label's magic and not one byte more.
            let other = try lab.targetDisk("other", filledWith: 41)
            try other.write(Leftovers.physicalVolume, at: Leftovers.sector)
            let magic = Leftovers.sector + 24..<Leftovers.sector + 32
            let before = try other.fingerprint(ignoring: [magic])
            let vars = try lab.tinyGuestVars().merging([
                "DISK_SERIAL": "TARGET", "RAID_CLEANUP": "all", "PROVISION_ID": "order-1",
            ])
            let configuration = try lab.machine(
                overlay: lab.overlay(vars, hostname: "order-1"),
                disks: [MachineDisk(target, serial: "TARGET"), MachineDisk(other, serial: "OTHER")])
            var machine = try await lab.powerOn(configuration)
            try await machine.console.expectTinyGuest(hostname: "order-1")
            try await machine.cutPower()
            for line in [
                "wiped vda1: ZFS label at byte 0", "wiped vda2: Ceph BlueStore label at byte 0",
                "wiped vdb: LVM2_member",
            ] {
                #expect(lab.controller.log.contains(line))
            }
            #expect(try other.fingerprint(ignoring: [magic]) == before)
            #expect(try other.bytes(at: magic.lowerBound, count: magic.count) == [UInt8](repeating: 0, count: 8))
            let requests = lab.images.requestCount("/tiny.zst")

            machine = try await lab.powerOn(configuration)
            try await machine.console.expect(
                "is already provisioned as PROVISION_ID order-1", within: 180, stops: TinyGuest.obstacles)
            try await machine.console.expectTinyGuest(hostname: "order-1")
            try await machine.cutPower()
            #expect(lab.images.requestCount("/tiny.zst") == requests)
            #expect(lab.controller.finishedSteps.filter { $0 == "release-disk" }.count == 1)
            #expect(lab.controller.calls(to: "/success").count == 2)
            #expect(lab.controller.events.contains { $0.message?.contains("is already provisioned") == true })
        }
    }

    /// What other systems leave on a disk, as bytes.
    private enum Leftovers {
        static let sector = 512

        /// A label of LVM2's, which lies in a volume's second sector: `lib/format_text/layout.h`.
        static let physicalVolume: [UInt8] =
            Array("LABELONE".utf8) + [1, 0, 0, 0, 0, 0, 0, 0] + [0, 0, 0, 0] + [32, 0, 0, 0] + Array("LVM2 001".utf8)
            + Array("abcdefghijklmnopqrstuvwxyz012345".utf8)

        /// A GPT with a member of a ZFS pool, whose four labels are full, and a device of Ceph's BlueStore.
        static func writePoolAndStore(to disk: DiskFile) async throws {
            let pool = 4 << 20..<84 << 20
            try await HostTool.run(["sgdisk", "-n", "1:4M:+80M", "-n", "2:84M:+16M", disk.path])
            let uberblock = [0x0C, 0xB1, 0xBA, 0, 0, 0, 0, 0, 0x88, 0x13] + [UInt8](repeating: 0, count: 1014)
            let ring = (0..<128).flatMap { _ in uberblock }
            for label in [0, 256 << 10, pool.count - (512 << 10), pool.count - (256 << 10)] {
                try disk.write(ring, at: pool.lowerBound + label + (128 << 10))
            }
            try disk.write(
                Array("bluestore block device\n7cb2d4a6-6cb0-4b8c-9b2e-3a0d6a3f7b11\n".utf8), at: pool.upperBound)
        }
    }
}
