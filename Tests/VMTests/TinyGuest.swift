import LabKit

/// The guest that most of these tests install: a kernel and BusyBox in an image of a few MB, there in seconds.
enum TinyGuest {
    /// It prints this, then its host name, then its login prompt.
    static let booted = "TINY-GUEST booted"
    static let loginPrompt = "TINY-GUEST login:"
    /// A disk that has room for it and some to spare.
    static let diskMebibytes = 128
    /// What must not be seen on the way to its login prompt.
    static let obstacles = SerialConsole.panics + ["martlet: FAILED"]
}

extension Lab {
    /// Serves the tiny guest's image in a format (`raw`, `zst`, `gz`, `xz`), and says how to install it and report.
    func tinyGuestVars(_ format: String = "zst") throws -> VarsText {
        let url = images.serve("/tiny.\(format)", file: try Artefact.tinyImage(format).path)
        let checksum = try DiskFile(existing: try Artefact.tinyImage("raw").path).sha256()
        return reportingVars.merging(["IMAGE": url, "IMAGE_CHECKSUM": checksum])
    }

    /// An overlay with these vars and a NoCloud seed that gives the installed system this host name.
    func overlay(_ vars: VarsText, hostname: String = "lab-guest") -> Overlay {
        var overlay = Overlay()
        overlay.add("deploy/vars", text: vars.text)
        overlay.add("deploy/nocloud/meta-data", text: "instance-id: \(name)\nlocal-hostname: \(hostname)\n")
        overlay.add("deploy/nocloud/user-data", text: "#cloud-config\nhostname: \(hostname)\n")
        return overlay
    }

    /// An empty disk for the tiny guest, or one full of data of somebody else's.
    func targetDisk(_ name: String = "target", filledWith seed: UInt64? = nil) throws -> DiskFile {
        try disk(name, mebibytes: TinyGuest.diskMebibytes, filledWith: seed)
    }

    /// A disk that boots an older, unseeded tiny guest: what a provisioning that fails must not leave bootable.
    func diskWithOldSystem(named name: String = "target") async throws -> DiskFile {
        let disk = try targetDisk(name)
        let old = DiskFile(existing: try Artefact.tinyImage("raw").path)
        try disk.write(try old.bytes(at: 0, count: old.size), at: 0)
        // The backup table belongs at the end of this disk, which is larger than the image.
        try await HostTool.run(["sgdisk", "--move-second-header", disk.path])
        return disk
    }

    /// A machine with nothing but a disk, which its firmware is to boot.
    func machineBootingDisk(_ disk: DiskFile, _ firmware: MachineConfiguration.Firmware) -> MachineConfiguration {
        var configuration = MachineConfiguration(boot: .disk(0))
        configuration.firmware = firmware
        configuration.disks = [MachineDisk(disk)]
        configuration.networkCards = []
        return configuration
    }

    /// Boots a disk by BIOS and by UEFI, and fails when either finds something to start on it.
    func checkThatNoFirmwareBoots(_ disk: DiskFile) async throws {
        let refusals: [(MachineConfiguration.Firmware, String)] = [
            (.bios, "No bootable device"), (.uefi, "UEFI Interactive Shell"),
        ]
        for (firmware, refusal) in refusals {
            let machine = try await powerOn(machineBootingDisk(disk, firmware))
            try await machine.console.expect(refusal, within: 90, stops: ["Linux version", "GRUB", TinyGuest.booted])
            try await machine.cutPower()
        }
    }
}

extension SerialConsole {
    /// Waits until the tiny guest that this machine installed has come up under this host name.
    func expectTinyGuest(hostname: String, within seconds: Int = 240) async throws {
        try await expect(TinyGuest.booted, within: seconds, stops: TinyGuest.obstacles)
        try await expect("TINY-GUEST hostname: \(hostname)\n", within: 30, stops: ["TINY-GUEST no seed"])
        try await expect(TinyGuest.loginPrompt, within: 30)
    }

    /// Waits for the failure block of a step and the rescue shell after it.
    ///
    /// - Parameter end: what comes last; with a shell that is open already, its prompt does not come once more.
    /// - Returns: the cause, and all of the block.
    func expectFailure(
        of step: String, within seconds: Int = 120, upTo end: String = SerialConsole.rescuePrompt
    ) async throws -> (cause: String, block: String) {
        try await expect("martlet: FAILED step \(step): ", within: seconds)
        let cause = try await expect("\n", within: 5)
        let rest = try await expect(end, within: 90)
        return (cause, cause + "\n" + rest)
    }

    /// Waits for the shell that `martlet.break=` opens before a step.
    func expectBreak(before step: String, within seconds: Int = 180) async throws {
        try await expect("stopped before step \(step)", within: seconds, stops: TinyGuest.obstacles)
        try await expect(SerialConsole.rescuePrompt, within: 30)
    }

    /// Leaves the shell of a break, so that the pipeline goes on.
    func leaveBreak() throws {
        try type("exit\n")
    }

    /// The prompt of the rescue shell.
    static let rescuePrompt = "martlet# "
}
