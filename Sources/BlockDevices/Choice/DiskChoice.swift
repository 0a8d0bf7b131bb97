/// Which disk to write. Pure: nothing is read or opened.
public enum DiskChoice {
    /// The one disk that all hints fit and that may be written.
    ///
    /// A serial number or worldwide name that two disks share identifies neither, paths to one logical unit aside; such
    /// paths count as one disk, of which the first by name is returned. The boot medium, read-only disks, disks without
    /// a medium and disks in use are refused; removable, USB and remote disks too, unless a serial number or worldwide
    /// name asks for them. Disks that md, LVM or dm hold are candidates.
    ///
    /// - Parameters:
    ///   - disks: every disk of the machine; optical drives among them are left out.
    ///   - bootMedia: the names of disks that this machine was started from.
    /// - Throws: `DiskChoiceError`, with every disk and what refused it.
    public static func choose(
        from disks: [Disk], hints: DiskHints, bootMedia: Set<String> = []
    ) throws(DiskChoiceError) -> Disk {
        let disks = disks.filter { $0.kind == .disk }
        let paths = DiskPaths(disks)
        let table = DiskIdentityTable(disks, paths)
        let refused = Dictionary(
            disks.map { ($0.name, refusals($0, hints, isBootMedium: bootMedia.contains($0.name))) }
        ) { first, _ in first }
        let verdicts = disks.map { disk in
            // All paths to a logical unit lead to the same bytes: what forbids one forbids the others.
            let others = paths.others(of: disk).filter { refused[$0.name]?.isEmpty == false }
                .map { "is another path to \($0.name), which is refused" }
            return DiskVerdict(
                disk: disk, reasons: mismatches(disk, hints, table) + (refused[disk.name] ?? []) + others)
        }
        var eligible = verdicts.filter(\.reasons.isEmpty).map(\.disk)
        eligible = onePathEach(eligible, paths)
        if hints.selection != .fail, let extreme = extremeSize(of: eligible, hints.selection) {
            eligible.removeAll { $0.sizeBytes != extreme }
        }
        if eligible.count == 1, let chosen = eligible.first { return chosen }
        throw DiskChoiceError(hints: hints, candidates: eligible.map(\.name), verdicts: verdicts)
    }

    /// The disks without second and further paths to a logical unit that an earlier one leads to.
    private static func onePathEach(_ disks: [Disk], _ paths: DiskPaths) -> [Disk] {
        var passedOver: Set<String> = []
        return disks.filter { disk in
            guard !passedOver.contains(disk.name) else { return false }
            passedOver.formUnion(paths.others(of: disk).map(\.name))
            return true
        }
    }

    private static func extremeSize(of disks: [Disk], _ selection: DiskHints.Selection) -> UInt64? {
        let sizes = disks.map(\.sizeBytes)
        return selection == .smallest ? sizes.min() : sizes.max()
    }

    /// Why the disk must not be written, whatever the hints say.
    static func refusals(_ disk: Disk, _ hints: DiskHints, isBootMedium: Bool) -> [String] {
        var reasons: [String] = []
        if isBootMedium { reasons.append("is the medium this machine started from") }
        if disk.sizeBytes == 0 { reasons.append("has no medium") }
        if disk.isReadOnly, !hints.isOnlyRead { reasons.append("is read-only") }
        reasons += disk.uses.map(\.description)
        let isNamed = hints.serial != nil || hints.worldwideName != nil
        if !isNamed {
            let kinds = [
                disk.isRemovable ? "removable" : nil, disk.transport == .usb ? "on USB" : nil,
                disk.transport.isRemote ? "remote (\(disk.transport.rawValue))" : nil,
            ].compactMap { $0 }
            if !kinds.isEmpty {
                reasons.append("is \(kinds.joined(separator: " and ")): only DISK_SERIAL or DISK_WWN can ask for it")
            }
        }
        for holder in disk.allHolders {
            if !holder.canBeReleased || hints.isOnlyRead {
                reasons.append("is held by \(holder.displayName)")
            } else if !hints.acceptsHeldDisks {
                reasons.append("is held by \(holder.displayName) and RAID_CLEANUP is none")
            }
        }
        return reasons
    }

    /// The hints that the disk does not fit.
    private static func mismatches(_ disk: Disk, _ hints: DiskHints, _ table: DiskIdentityTable) -> [String] {
        var reasons = table.mismatches(of: disk, hints)
        if let path = hints.devicePath, !isNode(path, of: disk) { reasons.append("is not DISK_DEVICE") }
        if let model = hints.model, ![disk.model, disk.fullModel].contains(where: { isSameText($0, model) }) {
            reasons.append("DISK_MODEL differs")
        }
        if let vendor = hints.vendor, !isSameText(disk.vendor, vendor) { reasons.append("DISK_VENDOR differs") }
        if let hctl = hints.hctl, SCSIAddress(hctl).map({ "\($0)" != disk.hctl }) ?? true {
            reasons.append("DISK_HCTL differs (\(disk.hctl ?? "has none"))")
        }
        if let path = hints.byPath, !disk.byPath.contains(String(path.split(separator: "/").last ?? "")) {
            reasons.append("DISK_BY_PATH differs (\(disk.byPath.first ?? "has none"))")
        }
        if let isRotational = hints.isRotational, disk.isRotational != isRotational {
            reasons.append(disk.isRotational ? "is rotational" : "is not rotational")
        }
        return reasons + sizeMismatches(disk, hints)
    }

    /// The limits that the disk's size does not keep.
    static func sizeMismatches(_ disk: Disk, _ hints: DiskHints) -> [String] {
        var reasons: [String] = []
        if let minimum = hints.minimumBytes, disk.sizeBytes < minimum {
            reasons.append("is smaller than MIN_DISK_SIZE_GB")
        }
        if let maximum = hints.maximumBytes, disk.sizeBytes > maximum {
            reasons.append("is larger than DISK_MAX_SIZE_GB")
        }
        return reasons
    }

    private static func isNode(_ path: String, of disk: Disk) -> Bool {
        let name = String(path.split(separator: "/").last ?? "")
        if path.hasPrefix("/dev/disk/by-path/") { return disk.byPath.contains(name) }
        if path.hasPrefix("/dev/disk/by-id/") {
            return DiskIdentity.normalisedWorldwideName(name).map(disk.normalisedWorldwideNames.contains) ?? false
        }
        return path == disk.devicePath || path == disk.name
    }

    static func isSameText(_ left: String, _ right: String) -> Bool {
        func folded(_ text: String) -> String {
            text.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }
        return !folded(right).isEmpty && folded(left) == folded(right)
    }
}
