/// Serial numbers and worldwide names in the one form in which they are compared.
public enum DiskIdentity {
    /// A serial number without a leading `0x`, case, white space and separators (`-` `_` `:` `.`).
    ///
    /// - Returns: `nil` for what identifies nothing: empty, or nothing but zeros.
    public static func normalisedSerial(_ serial: String) -> String? {
        normalised(serial, prefixes: ["0x"])
    }

    /// A worldwide name without the prefixes that sysfs, udev and people write (`0x`, `naa.`, `eui.`, `nvme.`, `uuid.`,
    /// `t10.`, `wwn-`, `nvme-`, `/dev/disk/by-id/`), case, white space and separators.
    ///
    /// - Returns: `nil` for what identifies nothing: empty, or nothing but zeros.
    public static func normalisedWorldwideName(_ name: String) -> String? {
        normalised(
            name,
            prefixes: ["/dev/disk/by-id/", "wwn-", "nvme-", "0x", "naa.", "eui.", "nvme.", "uuid.", "t10.", "wwn."])
    }

    private static func normalised(_ text: String, prefixes: [String]) -> String? {
        var rest = text.lowercased().filter { !$0.isWhitespace && $0 != "\0" }[...]
        while let prefix = prefixes.first(where: { rest.hasPrefix($0) }) { rest = rest.dropFirst(prefix.count) }
        let value = rest.filter { !"-_:.".contains($0) }
        return value.allSatisfy { $0 == "0" } ? nil : value
    }
}

extension Disk {
    /// Its serial numbers in the form in which they are compared.
    public var normalisedSerials: Set<String> { Set(serials.compactMap(DiskIdentity.normalisedSerial)) }

    /// Its worldwide names in the form in which they are compared.
    public var normalisedWorldwideNames: Set<String> {
        Set(worldwideNames.compactMap(DiskIdentity.normalisedWorldwideName))
    }

    /// The names that a logical unit has from the standards' own registries (NAA, EUI-64, NGUID): equal on every path
    /// to it and on nothing else.
    var logicalUnitNames: Set<String> {
        Set(
            worldwideNames.filter { $0.hasPrefix("naa.") || $0.hasPrefix("eui.") }
                .compactMap(DiskIdentity.normalisedWorldwideName))
    }

    /// Whether both are paths to one logical unit: a NAA or EUI name in common, the same size, and no serial numbers that
    /// contradict it, as those of two disks do that a careless maker gave one name.
    public func isSameUnit(as other: Disk) -> Bool {
        UnitIdentity(self).isSame(as: UnitIdentity(other))
    }
}

/// What tells one logical unit from another, made once for each disk.
struct UnitIdentity {
    let sizeBytes: UInt64
    let names: Set<String>
    let serials: Set<String>

    init(_ disk: Disk) {
        sizeBytes = disk.sizeBytes
        names = disk.logicalUnitNames
        serials = disk.normalisedSerials
    }

    func isSame(as other: UnitIdentity) -> Bool {
        sizeBytes == other.sizeBytes && !names.isDisjoint(with: other.names)
            && (serials.isEmpty || other.serials.isEmpty || !serials.isDisjoint(with: other.serials))
    }
}
