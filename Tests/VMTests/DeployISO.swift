import LabKit

extension Lab {
    /// A copy of the shipped ISO image with vars and a seed in its ISO 9660 tree, as an operator makes it.
    ///
    /// - Returns: its path.
    func deployISO(_ vars: VarsText, hostname: String) async throws -> String {
        let files = [
            ("vars", vars.text), ("meta-data", "instance-id: iso\nlocal-hostname: \(hostname)\n"),
            ("user-data", "#cloud-config\n"),
        ]
        let iso = path("deploy.iso")
        var command = ["xorriso", "-indev", try Artefact.iso.path, "-outdev", iso, "-boot_image", "any", "replay"]
        for (name, text) in files {
            let file = path(name)
            try text.write(toFile: file, atomically: true, encoding: .utf8)
            command += ["-map", file, name == "vars" ? "/deploy/vars" : "/deploy/nocloud/\(name)"]
        }
        try await HostTool.run(command + ["-commit"])
        return iso
    }

    /// A server that boots such an ISO image under UEFI.
    func machineBooting(iso: String, _ disk: DiskFile) -> MachineConfiguration {
        var configuration = MachineConfiguration(boot: .media)
        configuration.chipset = .q35
        configuration.firmware = .uefi
        configuration.memoryMiB = 1024
        configuration.media = [.init(iso, bus: .sata)]
        configuration.disks = [MachineDisk(disk)]
        configuration.networkCards = [.user(model: "e1000e")]
        return configuration
    }
}
