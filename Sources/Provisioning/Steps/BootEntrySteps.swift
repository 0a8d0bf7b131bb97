import BlockDevices
import DeployVars
import Diagnostics
import FirmwareBoot
import Glibc
import InitRuntime
import LinuxSystem
import PartitionTable
import TargetSystem

extension Steps {
    static let systemPartitionMountPoint = RunFiles.directory + "/esp"

    /// Tells a UEFI firmware how to start the installed system, while its EFI system partition can be read.
    ///
    /// Never an error: kexec does not need the entry, and most firmware finds the fallback path by itself.
    func writeBootEntry(_ seeded: SeededRoot) async {
        guard let placement = BootEntryPlacement(seeded.job.vars.system.bootEntry) else {
            return services.agentLog.note("no boot entry: EFI_BOOT_ENTRY=none")
        }
        guard Files.exists(FirmwareVariables.firmwareDirectory) else {
            return services.agentLog.note("no boot entry: this machine was not started by UEFI")
        }
        do {
            try await offPool("boot entry") {
                Hardware.mountEFIVariables(services)
                try BootEntrySetup(seeded, placement, services).run()
            }
        } catch {
            services.log.warning("no boot entry was written: \(error.explanation)")
        }
    }
}

extension Steps {
    /// Takes the boot entries to a disk's partitions out of a UEFI firmware, save for those that another disk has, too.
    /// Never an error: an entry that leads nowhere is passed over. Blocks for as long as the firmware takes.
    func removeBootEntries(to disk: Disk) {
        guard Files.exists(FirmwareVariables.firmwareDirectory) else { return }
        let gone = services.formerPartitions.gone(from: disk, now: nil)
        guard !gone.isEmpty else { return }
        Hardware.mountEFIVariables(services)
        let removal = try? watched("boot entries", device: "the firmware", timeout: .seconds(120)) {
            FirmwareVariables().removeEntries(to: gone)
        }
        guard let report = removal else {
            return services.log.warning("the firmware's boot entries stay: it does not answer")
        }
        report.refusals.forEach { services.log.warning("\($0)") }
        for number in report.removed {
            services.console.say("  firmware  deleted the boot entry \(number)")
            services.agentLog.note("deleted the boot entry \(number)")
        }
    }
}

/// From the withheld table and a mounted root to a boot entry in the firmware.
private struct BootEntrySetup {
    /// A firmware may take seconds for each variable.
    private static let firmwarePatience = Duration.seconds(120)
    /// An EFI system partition may be read slowly, and a loader with its initrd be copied.
    private static let diskPatience = Duration.seconds(300)

    private let root: MountedRoot
    private let table: PartitionTable
    private let disk: Disk
    private let placement: BootEntryPlacement
    private let services: Services

    init(_ seeded: SeededRoot, _ placement: BootEntryPlacement, _ services: Services) {
        root = seeded.root
        table = seeded.written.withheld.table
        disk = seeded.written.pinned.disk
        self.placement = placement
        self.services = services
    }

    func run() throws {
        let places = table.systemPartitions
        for place in places {
            let partition = try open(place)
            let found = Result { try setUp(place, partition) }
            try partition.close()
            if try found.get() { return }
        }
        throw NoBootLoader(vendor: root.osRelease.identifier, hasSystemPartition: !places.isEmpty)
    }

    private func open(_ place: HardDriveNode) throws -> SystemPartition {
        let number = Int(place.number)
        let path = "/dev/" + KernelPartitions.name(of: number, on: disk.name)
        let partition = TargetPartition(
            number: number, devicePath: path, typeGUID: PartitionType.efiSystem.guid,
            fileSystem: try Signatures.identity(of: path))
        return try SystemPartition.open(partition, of: root, at: Steps.systemPartitionMountPoint) { [services] name in
            services.loadModule(name)
        }
    }

    /// - Returns: whether there is a loader on the partition.
    private func setUp(_ place: HardDriveNode, _ partition: SystemPartition) throws -> Bool {
        let vendor = root.osRelease.identifier
        let found = try watched("search", device: disk.devicePath, timeout: Self.diskPatience) {
            let search = BootLoaderSearch { partition.names(in: $0) }
            return search.find(vendor: vendor).map { ($0, search.fallbackCopies(of: $0)) }
        }
        guard let (loader, fallbackCopies) = found else { return false }
        let option = LoadOption(
            label: root.osRelease.values["NAME"] ?? root.osRelease.prettyName,
            path: DevicePath(place, file: loader.firmwarePath))
        let report = add(option)
        describe(report, option, loader)
        if !report.isInPlace { try provideFallback(fallbackCopies, on: partition) }
        return true
    }

    /// A firmware that does not answer is one that refuses.
    private func add(_ option: LoadOption) -> BootEntryReport {
        let gone = services.formerPartitions.gone(from: disk, now: table.gpt)
        do {
            return try watched("boot entry", device: "the firmware", timeout: Self.firmwarePatience) { [placement] in
                FirmwareVariables().add(option, at: placement, gone: gone)
            }
        } catch {
            services.log.warning("\(error.explanation)")
            return BootEntryReport()
        }
    }

    private func describe(_ report: BootEntryReport, _ option: LoadOption, _ loader: BootLoader) {
        report.refusals.forEach { services.log.warning("\($0)") }
        for number in report.removed { services.agentLog.note("deleted the boot entry \(number)") }
        guard let number = report.number else { return }
        let place = report.isInPlace ? "\(placement)" : report.bootsNext ? "for the next boot only" : "in no order"
        let line = "\(number) \"\(option.label)\", \(place): \(option.path.file), \(loader.kind.rawValue)"
        services.console.say("  firmware  \(line)")
        services.agentLog.note("boot entry \(line)")
    }

    private func provideFallback(_ copies: [FileCopy], on partition: SystemPartition) throws {
        guard let loader = copies.last else {
            return services.log.info("the firmware can still find the system by its fallback path")
        }
        try watched("copy", device: disk.devicePath, timeout: Self.diskPatience) {
            for copy in copies { try partition.copy(copy.source, to: copy.destination) }
        }
        services.log.info("copied \(loader.source) to the fallback path \(loader.destination)")
    }
}

/// The partitions that the target had before it was wiped: boot entries that lead to them lead nowhere. They are kept in a
/// file, for `martlet retry` starts another agent, which finds no table any more.
struct FormerPartitions: Sendable {
    private let path: String

    /// Those that a file names, one GUID a line.
    init(path: String = RunFiles.formerPartitions) {
        self.path = path
    }

    /// All that were noted.
    var guids: Set<GUID> {
        let lines = ((try? Files.readText(path)) ?? "").split(separator: "\n")
        return Set(lines.compactMap { GUID($0) })
    }

    /// Remembers the partitions of a disk right before it is wiped. Blocks for as long as reading its table takes.
    func note(_ disk: Disk) {
        guard let entries = Self.table(of: disk)?.entries, !entries.isEmpty else { return }
        let all = guids.union(entries.map(\.uniqueGUID))
        // Without it an entry that leads nowhere stays in the menu.
        try? Files.write(all.map { "\($0)\n" }.sorted().joined(), to: path)
    }

    /// Those that neither the new table nor any other disk has. Blocks for as long as reading the other disks takes.
    func gone(from disk: Disk, now table: GPT?) -> Set<GUID> {
        let former = guids.subtracting(table?.entries.map(\.uniqueGUID) ?? [])
        guard !former.isEmpty, let disks = try? BlockSysfs().disks() else { return [] }
        // A clone of the old system on another disk is started by the same entry.
        var gone = former
        for other in disks where other.kind == .disk && other.name != disk.name && other.sizeBytes > 0 {
            // Where that cannot be told, nothing is known to be gone.
            guard let head = try? Self.head(of: other) else { return [] }
            gone.subtract(Self.table(head, of: other)?.entries.map(\.uniqueGUID) ?? [])
        }
        return gone
    }

    private static func table(of disk: Disk) -> GPT? {
        (try? head(of: disk)).flatMap { table($0, of: disk) }
    }

    private static func table(_ head: [UInt8], of disk: Disk) -> GPT? {
        try? PartitionTable.read(imageHead: head, sectorSize: disk.logicalSectorSize).gpt
    }

    private static func head(of disk: Disk) throws -> [UInt8] {
        try watched("read", device: disk.devicePath, timeout: .seconds(20)) {
            try Descriptor.open(disk.devicePath, O_RDONLY).readBytes(
                count: Int(clamping: min(disk.sizeBytes, UInt64(PartitionTable.usualHeadLength))), at: 0)
        }
    }
}

extension BootEntryPlacement {
    /// `nil` for no boot entry at all.
    init?(_ place: SystemVars.BootEntryPlace) {
        switch place {
        case .first: self = .first
        case .last: self = .last
        case .next: self = .next
        case .none: return nil
        }
    }
}

/// Nothing on the disk that a UEFI firmware could start.
struct NoBootLoader: ExplainedError {
    let vendor: String
    let hasSystemPartition: Bool
    var description: String {
        hasSystemPartition
            ? "no EFI system partition of the image has a loader, or several vendors have one and none is \"\(vendor)\""
            : "the image has no EFI system partition"
    }
    var advice: String {
        "install a boot loader for UEFI in the image, as EFI/BOOT/BOOTX64.EFI if in doubt, or set EFI_BOOT_ENTRY=none"
    }
}
