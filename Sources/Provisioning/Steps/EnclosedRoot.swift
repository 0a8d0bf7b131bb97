import DeployVars
import Diagnostics
import FirmwareBoot
import LinuxSystem
import PartitionTable
import TargetSystem

extension Steps {
    /// A disk may be slow, and a loader that needs a kernel beside it gets that, too.
    private static let furnishingPatience = Duration.seconds(300)

    /// Makes a system whose image was a bare file system at home on the disk that was made around it: its `/etc/fstab`
    /// names the partitions, and the EFI system partition gets a loader.
    ///
    /// Its own mount, without the EFI system partition: what the image has below that one's place can be seen.
    ///
    /// - Throws: `NotStartable` when only kexec could start the system, and HANDOVER is something else.
    func furnish(_ root: TargetPartition, among partitions: [TargetPartition], for job: Configured) throws {
        guard let system = partitions.first(where: { $0.typeGUID == PartitionType.efiSystem.guid }) else { return }
        let mounted = try MountedRoot.mount(root, among: [], at: Self.mountPoint) { [services] in
            services.loadModule($0)
        }
        let outcome = Result {
            tell(
                try watched("writing", device: root.devicePath, timeout: Self.furnishingPatience) {
                    try mounted.enter(systemPartition: system)
                })
            if !Files.exists(FirmwareVariables.firmwareDirectory) {
                try sayKexecAlone(
                    "this machine was not started by UEFI, and an image that is a bare file system gets no loader for BIOS",
                    job)
            }
            do {
                try furnish(system, for: mounted)
            } catch {
                try sayKexecAlone("the EFI system partition gets no loader: \(error.explanation)", job)
            }
        }
        let unmounted = Result { try mounted.unmount() }
        try outcome.get()
        try unmounted.get()
    }

    private func sayKexecAlone(_ reason: String, _ job: Configured) throws(NotStartable) {
        guard [.kexec, .stay].contains(job.vars.handover) else { throw NotStartable(reason: reason) }
        services.log.warning("\(reason); the system can be started by kexec alone")
    }

    private func furnish(_ system: TargetPartition, for root: MountedRoot) throws {
        let directory = root.directory
        let release = root.osRelease
        let kin = (release.values["ID_LIKE"] ?? "").split(separator: " ").map(String.init)
        let device = root.partition.devicePath
        let found = try watched("search", device: device, timeout: Self.furnishingPatience) {
            CarriedLoaderSearch(
                names: { (try? directory.list($0)) ?? [] }, isFile: { directory.status($0)?.isRegular == true }
            ).find(vendor: release.identifier, kin: kin)
        }
        guard let loader = found else { throw NoCarriedLoader() }
        let partition = try SystemPartition.open(system, of: root, at: Self.systemPartitionMountPoint) {
            [services] name in services.loadModule(name)
        }
        let filled = Result {
            try watched("copy", device: device, timeout: Self.furnishingPatience) {
                try fill(partition, with: loader, of: root)
            }
        }
        try partition.close()
        try filled.get()
        let line = "put \(loader.kind.rawValue) on the EFI system partition"
        services.console.say("  \(line)")
        services.agentLog.note(line)
    }

    private func fill(_ partition: SystemPartition, with loader: CarriedLoader, of root: MountedRoot) throws {
        if loader.kind == .systemdBoot {
            let name = root.osRelease.identifier
            _ = try root.copyKernel(to: partition, in: "/EFI/martlet", entry: "martlet")
            services.agentLog.note("copied the kernel of \(name) to the EFI system partition")
        }
        let uuid = root.partition.fileSystem?.uuid ?? ""
        let menu = root.menuDirectory
        for file in loader.copies { try partition.copy(file.source, of: root.directory, to: file.destination) }
        for path in loader.configurations where partition.directory.text(path)?.contains(uuid) != true {
            try partition.write(CarriedLoader.configuration(rootUUID: uuid, menu: menu.path), to: path)
        }
        let files = BootLoaderSearch { partition.names(in: $0) }
        if let found = files.find(vendor: root.osRelease.identifier) {
            for copy in files.fallbackCopies(of: found) { try partition.copy(copy.source, to: copy.destination) }
        }
        if !loader.configurations.isEmpty, !menu.hasMenu {
            services.log.warning(
                """
                the image has GRUB but no menu: unless POST_PROVISION_CMDS makes one, such as by `update-grub`, the firmware \
                cannot start the system
                """)
        }
    }
}

/// Nothing would ever start the installed system.
private struct NotStartable: ExplainedError {
    let reason: String
    var description: String { "only kexec could start the installed system, and HANDOVER forbids it: \(reason)" }
    var advice: String { "set HANDOVER=kexec, or install a loader for UEFI in the image and start the machine by UEFI" }
}

/// The image has no loader that a firmware could start.
private struct NoCarriedLoader: ExplainedError {
    var description: String { "the image carries neither GRUB nor systemd-boot for UEFI" }
    var advice: String {
        "install grub-efi-amd64-bin, shim-signed with grub-efi-amd64-signed, or systemd-boot-efi in the image"
    }
}
