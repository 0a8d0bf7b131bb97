import BootEntries

/// One line of an installed `/etc/fstab` (fstab(5)).
struct FileSystemTableEntry: Equatable, Sendable {
    /// As written: `UUID=…`, `LABEL=…`, `PARTUUID=…`, `PARTLABEL=…`, or a device path.
    let source: String
    /// An absolute path in the installed system.
    let mountPoint: String
    let type: String
    let options: [String]

    /// Whether the installed system starts without it.
    var isOptional: Bool { options.contains("nofail") }

    /// Options that choose what is mounted and therefore count here, too.
    var subvolume: String? {
        options.last { $0.hasPrefix("subvol=") || $0.hasPrefix("subvolid=") }
    }

    /// All entries of a table; lines that make no sense are passed over, as mount(8) does.
    static func parse(_ text: String) -> [FileSystemTableEntry] {
        text.split(whereSeparator: \.isNewline).compactMap { line in
            let fields = line.split(whereSeparator: \.isWhitespace).map(unescaped)
            guard fields.count >= 3, let source = fields.first, !source.hasPrefix("#"), fields[1].hasPrefix("/") else {
                return nil
            }
            let options = fields.count > 3 ? fields[3].split(separator: ",").map(String.init) : []
            return FileSystemTableEntry(
                source: source, mountPoint: normalized(fields[1]), type: fields[2], options: options)
        }
    }

    private static func normalized(_ path: String) -> String {
        "/" + path.split(separator: "/").joined(separator: "/")
    }

    /// Undoes `\040` and its like.
    private static func unescaped(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = field.utf8[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            if byte == UInt8(ascii: "\\"), digits.count == 3,
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
            {
                bytes.append(value)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The partition that the source names, of the disk that was written; no other disk's is ever meant.
    ///
    /// A device path counts by its partition number: the disk's own name differs from machine to machine.
    func partition(among partitions: [TargetPartition]) -> TargetPartition? {
        let (key, value) = tag
        switch key {
        case "UUID", "by-uuid":
            return partitions.first { $0.fileSystem?.uuid.lowercased() == value.lowercased() }
        case "LABEL", "by-label": return partitions.first { $0.fileSystem?.label == value }
        case "PARTUUID", "by-partuuid": return partitions.first { $0.partitionUUID == value.lowercased() }
        case "PARTLABEL", "by-partlabel": return partitions.first { $0.partitionLabel == value }
        default:
            if let volume = partitions.first(where: { $0.logicalVolume?.devicePaths.contains(source) == true }) {
                return volume
            }
            guard let number = Self.partitionNumber(ofDevice: source) else { return nil }
            return partitions.first { $0.number == number }
        }
    }

    /// Whether the source is a label.
    var isByLabel: Bool { ["LABEL", "by-label"].contains(tag.key) }

    private var tag: (key: String, value: String) {
        if let equals = source.firstIndex(of: "="), !source.hasPrefix("/") {
            let value = source[source.index(after: equals)...]
            let isQuoted = value.count >= 2 && value.first == "\"" && value.last == "\""
            return (source[..<equals].uppercased(), String(isQuoted ? value.dropFirst().dropLast() : value))
        }
        let components = source.split(separator: "/")
        if components.count == 4, components[0] == "dev", components[1] == "disk" {
            return (String(components[2]), String(components[3]))
        }
        return ("", source)
    }

    /// The number in `/dev/sda2`, `/dev/nvme0n1p2` or `/dev/mmcblk0p2`; `nil` for whole disks and everything else.
    static func partitionNumber(ofDevice path: String) -> Int? {
        guard path.hasPrefix("/dev/") else { return nil }
        let name = path.dropFirst(5)
        let digits = String(name.reversed().prefix { $0.isASCII && $0.isNumber }.reversed())
        let stem = name.dropLast(digits.count)
        if ["sd", "vd", "xvd", "hd"].contains(where: stem.hasPrefix) {
            return stem.allSatisfy { $0.isLetter } ? Int(digits) : nil
        }
        guard ["nvme", "mmcblk"].contains(where: stem.hasPrefix), stem.last == "p" else { return nil }
        return Int(digits)
    }
}
