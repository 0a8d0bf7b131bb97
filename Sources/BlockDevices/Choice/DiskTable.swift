/// Disks as text for people.
public enum DiskTable {
    /// A table of disks and optical drives with one line each, and what is on them: for `martlet disks` and reports.
    public static func text(_ disks: [Disk]) -> String {
        if disks.isEmpty { return "no disks" }
        let paths = DiskPaths(disks)
        return text(
            disks, lastColumn: "STATE",
            lastValues: disks.map { disk in
                (state(disk) + paths.others(of: disk).map { "another path to \($0.name)" }).joined(separator: "; ")
            })
    }

    /// The table, and below it what was found on the disks whose contents were read.
    public static func report(_ disks: [Disk]) -> String {
        let contents = contents(disks)
        return contents.isEmpty ? text(disks) : "\(text(disks))\n\n\(contents)"
    }

    /// The table with a last column of the caller's. `lastValues` has one value per disk.
    static func text(_ disks: [Disk], lastColumn: String, lastValues: [String]) -> String {
        let header = ["NAME", "SIZE", "SECTOR", "BUS", "MODEL", "SERIAL", "WWN", lastColumn]
        let rows = zip(disks, lastValues).map { disk, last in
            [
                disk.name, size(disk.sizeBytes), sectors(disk), disk.transport.rawValue, product(disk),
                dash(disk.serial), dash(registeredName(disk)), dash(last),
            ]
        }
        return columns([header] + rows)
    }

    /// A size in decimal units as disks are sold, such as `960 GB` or `1.92 TB`.
    public static func size(_ bytes: UInt64) -> String {
        let units: [(UInt64, String)] = [
            (1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"),
        ]
        guard let (unit, name) = units.first(where: { bytes >= $0.0 }) else { return "\(bytes) B" }
        let hundredths = bytes / (unit / 100)
        let whole = hundredths / 100
        let fraction = hundredths % 100
        if whole >= 100 || fraction == 0 { return "\(whole) \(name)" }
        let digits = fraction < 10 ? "0\(fraction)" : fraction % 10 == 0 ? "\(fraction / 10)" : "\(fraction)"
        return "\(whole).\(digits) \(name)"
    }

    private static func sectors(_ disk: Disk) -> String {
        disk.logicalSectorSize == disk.physicalSectorSize
            ? "\(disk.logicalSectorSize)" : "\(disk.logicalSectorSize)/\(disk.physicalSectorSize)"
    }

    private static func product(_ disk: Disk) -> String {
        // `ATA` and PCI numbers say nothing to a person, nor does a vendor that the model begins with.
        let isNoise = disk.vendor == "ATA" || disk.vendor.hasPrefix("0x") || disk.model.hasPrefix(disk.vendor)
        let vendor = isNoise ? "" : disk.vendor
        return dash([vendor, disk.displayModel].filter { !$0.isEmpty }.joined(separator: " "))
    }

    /// What the kernel makes up of vendor, model and serial number (`t10.`, `nvme.`) is long and says nothing new.
    private static func registeredName(_ disk: Disk) -> String {
        // All zeros are no name.
        disk.worldwideNames.first {
            !$0.hasPrefix("t10.") && !$0.hasPrefix("nvme.") && DiskIdentity.normalisedWorldwideName($0) != nil
        } ?? ""
    }

    private static func state(_ disk: Disk) -> [String] {
        var parts: [String] = []
        if disk.kind == .optical { parts.append("optical") }
        if disk.isRotational, disk.kind == .disk { parts.append("rotational") }
        if disk.isRemovable { parts.append("removable") }
        if disk.isReadOnly { parts.append("read-only") }
        if !disk.partitions.isEmpty {
            parts.append(disk.partitions.count == 1 ? "1 partition" : "\(disk.partitions.count) partitions")
        }
        parts += disk.allHolders.map { "held by \($0.displayName)" }
        parts += disk.uses.map(\.description)
        return parts
    }

    private static func dash(_ text: String) -> String { text.isEmpty ? "-" : text }

    private static func columns(_ rows: [[String]]) -> String {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.map { $0.dropFirst(column).first?.count ?? 0 }.max() ?? 0
        }
        return rows.map { row in
            zip(row, widths).enumerated().map { index, cell in
                let (text, width) = cell
                // The last column needs no padding.
                return index == count - 1 ? text : text + String(repeating: " ", count: width - text.count)
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
