import BlockDevices
import DeployVars
import Diagnostics
import Glibc
import InitRuntime
import LinuxSystem
import NetworkTypes

/// The places where vars are looked for, in their rank: the ramdisk, labelled media, the kernel command line.
struct VarsSource: Sendable {
    let services: Services

    /// How long a virtual CD of a BMC may take to appear.
    private static let mediaPatience = Duration.seconds(20)
    private static let labels = ["MARTLET", "CIDATA"]

    /// The text of the vars, or the URL where they are.
    ///
    /// - Throws: `NoVars` when there are none anywhere.
    func find() async throws -> (text: [UInt8]?, url: String?) {
        let file = DeployDirectory.path + "/vars"
        if Files.exists(file) { return (try Files.read(file, limit: 1 << 20), nil) }
        let url = services.arguments.value("martlet.vars")
        // A medium outranks the command line, but only one that is already there is worth a wait for nothing.
        let clock = ContinuousClock()
        let deadline = clock.now + (url == nil ? Self.mediaPatience : .seconds(3))
        var announced = false
        while true {
            if let text = try await offPool("find vars", { try readFromMedium() }) { return (text, nil) }
            guard clock.now < deadline else { break }
            if !announced {
                announced = true
                services.log.info("no vars in the ramdisk; looking on removable media labelled MARTLET or CIDATA")
            }
            try? await Task.sleep(for: .milliseconds(500))
        }
        guard let url else { throw NoVars() }
        return (nil, url)
    }

    private func readFromMedium() throws -> [UInt8]? {
        let disks = try BlockSysfs().disks()
        let volume = LabelledVolume.find(Self.labels, among: disks) { [services] error in
            services.log.debug("\(error)")
        }
        guard let volume else { return nil }
        services.loadModule(volume.fileSystem == "iso9660" ? "isofs" : volume.fileSystem)
        let mountPoint = RunFiles.directory + "/medium"
        try Files.makeDirectories(mountPoint, mode: 0o700)
        try watched("mount", device: volume.devicePath, timeout: .seconds(60)) {
            try Mounts.mount(
                volume.devicePath, at: mountPoint, type: volume.fileSystem,
                flags: UInt(MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC))
        }
        defer { try? Mounts.unmount(mountPoint, flags: Int32(MNT_DETACH)) }
        for directory in [mountPoint + "/deploy", mountPoint] where Files.exists(directory + "/vars") {
            services.log.info("vars from \(volume.devicePath), labelled \(volume.label)")
            try MediumCopy.copy(directory, wholeTree: directory != mountPoint)
            return try Files.read(DeployDirectory.path + "/vars", limit: 1 << 20)
        }
        services.log.warning("\(volume.devicePath) is labelled \(volume.label) but holds neither deploy/vars nor vars")
        return nil
    }
}

/// There are no vars anywhere.
struct NoVars: ExplainedError {
    var description: String {
        "no vars were found: not in the ramdisk (/deploy/vars), not on removable media labelled MARTLET or CIDATA, "
            + "and the kernel command line has no martlet.vars="
    }
    var advice: String {
        "boot an ISO or overlay that was made for this machine, or give martlet.vars=URL; see docs/deploy-vars.md"
    }
}
