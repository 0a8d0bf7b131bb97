import LabKit
import Testing

/// Small images on a disk of 20 GiB, those with only a root from a registry. Growing ext4 asks for a capability that the
/// host's containers lack, so this is where it is tried.
@Suite struct GrowVMTests {
    private static let diskMebibytes = 20 << 10

    @Test func anExt4RootIsAsLargeAsItsDiskWhenTheInstalledSystemStarts() async throws {
        try await Lab.run("grow-ext4") { lab in
            let target = try lab.disk("target", mebibytes: Self.diskMebibytes)
            let machine = try await lab.powerOn(
                lab.machine(
                    overlay: lab.overlay(try lab.tinyGuestVars(), hostname: "grown"), disks: [MachineDisk(target)]))
            let console = machine.console
            let sizes = try await grownSizes(console)
            #expect(sizes.hasPrefix("from 2") && sizes.contains(" MiB to 19.0 GiB"), "\(sizes)")
            try await console.expectTinyGuest(hostname: "grown")
            try console.type("root\n")
            let sectors = try await console.run("cat /sys/class/block/vda3/size")
            // From 5 MiB to the last whole MiB before the backup table.
            #expect(sectors.contains("\((Self.diskMebibytes - 6) << 11)"), "\(sectors)")
            let mebibytes = try await console.run("df -m / | tail -n 1 | tr -s ' ' | cut -d ' ' -f 2")
            #expect(Int(mebibytes.filter(\.isNumber)).map { $0 > 18 << 10 } == true, "\(mebibytes)")
            try await machine.cutPower()
            #expect(try await target.partitionTableProblems().isEmpty)
        }
    }

    @Test(arguments: ["xfs", "btrfs"])
    func aRootOfAnotherFileSystemGrowsAsWell(type: String) async throws {
        try await Lab.run("grow-\(type)") { lab in
            let target = try lab.disk("target", mebibytes: Self.diskMebibytes)
            let image = try await rootOnlyImage(lab, type)
            let vars = lab.reportingVars.merging([
                "IMAGE": try lab.images.serve(repository: "os/\(type)", layer: image), "HANDOVER": "poweroff",
            ])
            let machine = try await lab.powerOn(
                lab.machine(overlay: lab.overlay(vars), disks: [MachineDisk(target)]))
            let sizes = try await grownSizes(machine.console)
            #expect(sizes.hasPrefix("from 3") && sizes.contains(" MiB to 19.9 GiB"), "\(sizes)")
            _ = try await machine.waitForPowerOff(within: 120)
            #expect(lab.controller.finishedSteps.contains("seal-disk"))
            #expect(try await target.partitionTableProblems().isEmpty)
            let partition = try await HostTool.run(["sgdisk", "--info=1", target.path])
            // The last sector below the last whole MiB.
            #expect(partition.contains("Last sector: \(((Self.diskMebibytes - 1) << 11) - 1) "), "\(partition)")
        }
    }

    /// The rest of the line in which the agent says what it did.
    private func grownSizes(_ console: SerialConsole) async throws -> String {
        try await console.expect("  grew / ", within: 240, stops: TinyGuest.obstacles)
        return try await console.expect("\n", within: 5)
    }

    /// A disk image of 400 MiB with nothing but a root that holds a name: nothing starts it.
    private func rootOnlyImage(_ lab: Lab, _ type: String) async throws -> String {
        let (root, tree, image) = (lab.path("root.\(type)"), lab.path("tree"), lab.path("image.raw"))
        let make =
            type == "xfs"
            ? "printf '/\\n0 0\\nd--755 0 0\\netc d--755 0 0\\nos-release ---644 0 0 \(tree)/etc/os-release\\n$\\n$\\n'"
                + " > \(tree)/proto; mkfs.xfs -q -p \(tree)/proto \(root)"
            : "mkfs.btrfs -q --rootdir \(tree) \(root)"
        try await HostTool.run([
            "bash", "-ec",
            """
            mkdir -p \(tree)/etc
            echo 'PRETTY_NAME="Only a root"' > \(tree)/etc/os-release
            truncate -s 398M \(root)
            \(make)
            truncate -s 400M \(image)
            sgdisk -n 1:1M:+398M -t 1:8304 \(image)
            dd if=\(root) of=\(image) bs=1M seek=1 conv=notrunc,sparse status=none
            zstd -q -3 \(image) -o \(image).zst
            """,
        ])
        return image + ".zst"
    }
}
