import Diagnostics

/// An NVMe controller that was chosen as a whole, with its namespaces.
public struct ChosenController: Sendable, Equatable {
    /// The controller.
    public let device: NVMeControllerDevice
    /// Its namespaces that are disks here; none where it has none.
    public let namespaces: [Disk]
}

/// The serial number does not name one controller.
public struct ControllerChoiceError: ExplainedError, Equatable {
    /// The serial number as given.
    public let serial: String
    /// The names of the controllers and disks that have it.
    public let owners: [String]

    /// What is wrong, on what.
    public var description: String {
        "DISK_SERIAL=\(serial) is the serial number of \(owners.joined(separator: " and ")): it names no one controller"
    }

    /// What to try.
    public var advice: String {
        "leave out NVME_NAMESPACES, and name one namespace by DISK_WWN; `martlet disks` shows them"
    }
}

extension DiskChoice {
    /// The one local NVMe controller that DISK_SERIAL, and DISK_MODEL where it is given, name. Its namespaces share its
    /// serial number, which therefore identifies it and none of them.
    ///
    /// - Throws: `ControllerChoiceError` when several controllers, or another disk, have the serial number;
    ///   `DiskChoiceError` when none has it.
    public static func chooseController(
        from controllers: [NVMeControllerDevice], disks: [Disk], hints: DiskHints
    ) throws -> ChosenController {
        let serial = hints.serial ?? ""
        let wanted = DiskIdentity.normalisedSerial(serial)
        let owners = controllers.filter { wanted != nil && DiskIdentity.normalisedSerial($0.serial) == wanted }
        let owned = disks.filter { disk in wanted.map(disk.normalisedSerials.contains) ?? false }
        let strangers = owned.filter { !$0.isNamespace }
        if owners.count > 1 || !owners.isEmpty && !strangers.isEmpty {
            throw ControllerChoiceError(serial: serial, owners: owners.map(\.name) + strangers.map(\.name))
        }
        let fitting = owners.first { owner in
            owner.isLive && owner.isLocal && (hints.model.map { isSameText(owner.model, $0) } ?? true)
        }
        guard let device = fitting else {
            throw DiskChoiceError(
                hints: hints, candidates: [],
                verdicts: disks.filter { $0.kind == .disk }.map { disk in
                    DiskVerdict(disk: disk, reasons: [mismatch(disk, of: owners, hints, isOwned: owned.contains(disk))])
                })
        }
        return ChosenController(device: device, namespaces: owned)
    }

    private static func mismatch(
        _ disk: Disk, of owners: [NVMeControllerDevice], _ hints: DiskHints, isOwned: Bool
    ) -> String {
        if !disk.isNamespace { return "is no NVMe namespace" }
        guard isOwned else { return "DISK_SERIAL differs" }
        guard let owner = owners.first else { return "its controller is gone" }
        if !owner.isLocal { return "its controller is on a network" }
        return owner.isLive ? "DISK_MODEL differs" : "its controller does not take commands yet"
    }

    /// Makes sure that disks may be written, and that the one that gets the image has the size that is asked for.
    ///
    /// - Parameters:
    ///   - disks: what is to be released.
    ///   - target: what gets the image; it need not be there yet.
    ///   - bootMedia: the names of disks that this machine was started from.
    /// - Throws: `DiskChoiceError` with every disk that must not be.
    public static func requireWritable(
        _ disks: [Disk], target: Disk, hints: DiskHints, bootMedia: Set<String> = []
    ) throws(DiskChoiceError) {
        var verdicts = disks.map { disk in
            DiskVerdict(disk: disk, reasons: refusals(disk, hints, isBootMedium: bootMedia.contains(disk.name)))
        }
        verdicts.append(DiskVerdict(disk: target, reasons: sizeMismatches(target, hints)))
        verdicts.removeAll { $0.reasons.isEmpty }
        guard verdicts.isEmpty else { throw DiskChoiceError(hints: hints, candidates: [], verdicts: verdicts) }
    }
}
