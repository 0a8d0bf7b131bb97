/// Which disks have which serial numbers and worldwide names, so that a shared one identifies nothing.
struct DiskIdentityTable {
    private var serialOwners: [String: [Disk]] = [:]
    private var nameOwners: [String: [Disk]] = [:]
    private let paths: DiskPaths

    init(_ disks: [Disk], _ paths: DiskPaths) {
        self.paths = paths
        for disk in disks {
            for serial in disk.normalisedSerials { serialOwners[serial, default: []].append(disk) }
            for name in disk.normalisedWorldwideNames { nameOwners[name, default: []].append(disk) }
        }
    }

    /// Which identity hints do not mean this disk.
    ///
    /// Each hint given must hold, and at least one of them must be the disk's alone: NVMe namespaces share a serial number
    /// and differ in their WWN.
    func mismatches(of disk: Disk, _ hints: DiskHints) -> [String] {
        let given = [
            hints.serial.map { wanted in
                check(
                    disk, DiskIdentity.normalisedSerial(wanted), disk.normalisedSerials, serialOwners, "DISK_SERIAL",
                    "serial number")
            },
            hints.worldwideName.map { wanted in
                check(
                    disk, DiskIdentity.normalisedWorldwideName(wanted), disk.normalisedWorldwideNames, nameOwners,
                    "DISK_WWN", "WWN")
            },
        ].compactMap { $0 }
        let differing = given.compactMap(\.differs)
        if !differing.isEmpty { return differing }
        let shared = given.compactMap(\.shared)
        return shared.count == given.count ? shared : []
    }

    private func check(
        _ disk: Disk, _ wanted: String?, _ values: Set<String>, _ owners: [String: [Disk]], _ key: String,
        _ what: String
    ) -> (differs: String?, shared: String?) {
        guard let wanted else { return ("\(key) is empty or all zeros, which identifies nothing", nil) }
        if values.isEmpty { return ("has no \(what)", nil) }
        guard values.contains(wanted) else { return ("\(key) differs", nil) }
        let others = (owners[wanted] ?? []).filter { $0.name != disk.name && !paths.areSame(disk, $0) }
        if others.isEmpty { return (nil, nil) }
        let names = others.map(\.name).joined(separator: ", ")
        return (nil, "shares its \(what) with \(names), so that it identifies neither")
    }
}
