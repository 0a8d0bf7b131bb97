import LabKit
import Testing

@Suite struct FedoraVMTests {
    /// Where the image's `/boot` and root begin, in MiB (`initrd/images/fedora.sh`).
    private static let (boot, root) = (17, 81)
    private static let entries = "/loader/entries/fed0fed0fed0fed0fed0fed0fed0fed0"

    /// Boot entries of the specification, `/boot` of its own, root on xfs, SELinux: seeded and started by the entry that
    /// was written, once the ISO is gone.
    @Test func aSystemLaidOutAsFedoraIsSeededAndStartedByItsBootEntry() async throws {
        try await Lab.run("fedora-like") { lab in
            let disk = try lab.disk("target", mebibytes: 1024)
            let vars = lab.reportingVars.merging([
                "IMAGE": lab.images.serve("/fedora.zst", file: try Artefact.fedoraImage.path),
                "HOSTNAME": "by-entry", "MACHINE_EXTRA_KERNEL_PARAMS": "martlet.lab=entry", "HANDOVER": "reboot",
            ])
            let iso = try await lab.deployISO(vars, hostname: "by-entry")
            var configuration = lab.machineBooting(iso: iso, disk)
            configuration.firmwareVariables = lab.path("machine.vars")
            configuration.endsAtReset = true
            let installer = try await lab.powerOn(configuration)
            try await installer.console.expect("  firmware  Boot", within: 300, stops: TinyGuest.obstacles)
            let entry = try await installer.console.expect("\n", within: 5)
            #expect(entry.hasSuffix(#" "Fedora-like guest", first: \EFI\fedora\shimx64.efi, shim"#), "\(entry)")
            #expect(try await installer.waitForPowerOff(within: 120) == "guest-reset")
            #expect(lab.controller.calls(to: "/success").map(\.text) == ["provisioning complete"])

            // The same board with the disk alone, which has nothing at the fallback path.
            var restarted = configuration
            restarted.boot = .firmware
            restarted.media = []
            restarted.networkCards = []
            let system = try await lab.powerOn(restarted)
            try await system.console.expect("BdsDxe: starting Boot", within: 90)
            let started = try await system.console.expect("\n", within: 5)
            #expect(started.contains(#""Fedora-like guest" from HD(1,GPT,6665646F-7261-"#), "\(started)")
            #expect(started.contains(#"/\EFI\fedora\shimx64.efi"#), "\(started)")
            try await system.console.expectTinyGuest(hostname: "by-entry", within: 240)
            // GRUB takes the arguments from the entry's `options`, and from nowhere else.
            let line = system.console.transcript.split(separator: "\n").last { $0.contains("command line: ") }
            #expect(line?.contains(" quiet martlet.lab=entry") == true, "\(line ?? "")")
            try await system.cutPower()

            #expect(try await disk.partitionTableProblems() == "")
            try await checkBoot(of: disk)
            try await checkRoot(of: disk, in: lab)
        }
    }

    /// The rescue entry has the argument, too, and the files that were written anew have the label of the old ones.
    private func checkBoot(of disk: DiskFile) async throws {
        let place = "\(disk.path)?offset=\(Self.boot << 20)"
        let rescue = "\(Self.entries)-0-rescue.conf"
        let text = try await HostTool.run(["debugfs", "-R", "cat \(rescue)", place])
        #expect(text.contains(" single martlet.lab=entry\n"), "\(text)")
        let attributes = try await HostTool.run(["debugfs", "-R", "ea_list \(rescue)", place])
        #expect(attributes.contains("system_u:object_r:boot_t:s0"), "\(attributes)")
    }

    /// Every file has a label, so nothing is left to the first boot.
    private func checkRoot(of disk: DiskFile, in lab: Lab) async throws {
        let copy = lab.path("root.xfs")
        try await HostTool.run([
            "dd", "if=\(disk.path)", "of=\(copy)", "bs=1M", "skip=\(Self.root)", "conv=sparse", "status=none",
        ])
        let types = [
            ("/etc/hostname", "hostname_etc_t"), ("/etc/hosts", "etc_t"),
            ("/var/lib/cloud/seed/nocloud/meta-data", "var_lib_t"),
        ]
        for (path, type) in types {
            let label = try await HostTool.run([
                "xfs_db", "-r", "-c", "path \(path)", "-c", "print a.sfattr.list[0].value", copy,
            ])
            #expect(label.contains("system_u:object_r:\(type):s0"), "\(path): \(label)")
        }
        let names = try await HostTool.run(["xfs_db", "-r", "-c", "path /", "-c", "ls", copy])
        #expect(names.contains(" etc ") && !names.contains(".autorelabel"), "\(names)")
    }
}
