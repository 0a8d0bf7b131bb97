import DeployVars
import PartitionTable

/// What a file system says of itself.
public struct FileSystemIdentity: Equatable, Sendable {
    /// The type as libblkid names it: `ext4`, `xfs`, `btrfs`, `vfat`.
    public let type: String
    /// The label; empty when there is none.
    public let label: String
    /// The UUID in the type's own form, such as `ABCD-1234` for FAT; empty when there is none.
    public let uuid: String

    /// An identity from its parts.
    public init(type: String, label: String = "", uuid: String = "") {
        self.type = type
        self.label = label
        self.uuid = uuid
    }
}

/// Tells what file system is on a device; `nil` when there is none.
public typealias FileSystemProbe = @Sendable (_ devicePath: String) throws -> FileSystemIdentity?

/// The name of a logical volume of LVM.
public struct LogicalVolumeName: Equatable, Sendable {
    /// The volume group.
    public let group: String
    /// The volume in it.
    public let volume: String

    /// A name from its parts.
    public init(group: String, volume: String) {
        self.group = group
        self.volume = volume
    }

    /// What an fstab may call it: `/dev/GROUP/VOLUME`, or in `/dev/mapper` with hyphens doubled.
    var devicePaths: [String] {
        let mapped = [group, volume].map { part in
            part.split(separator: "-", omittingEmptySubsequences: false).joined(separator: "--")
        }
        return ["/dev/\(group)/\(volume)", "/dev/mapper/\(mapped.joined(separator: "-"))"]
    }
}

/// One partition of the disk that was written, as the kernel knows it, or a logical volume on such partitions.
public struct TargetPartition: Equatable, Sendable {
    /// Its number, from 1; 0 of a logical volume.
    public let number: Int
    /// Its block device, such as `/dev/sda2`.
    public let devicePath: String
    /// What it is for; `nil` in an MBR.
    public let typeGUID: GUID?
    /// `PARTUUID`, in lower case.
    public let partitionUUID: String
    /// `PARTLABEL`; empty in an MBR.
    public let partitionLabel: String
    /// What is on it; `nil` when that is no file system or could not be read.
    public let fileSystem: FileSystemIdentity?
    /// What LVM calls it; `nil` of a partition.
    public let logicalVolume: LogicalVolumeName?
    /// Whether it says that it is not to be found by its type.
    public let isHiddenFromDiscovery: Bool

    /// A partition from its parts.
    public init(
        number: Int, devicePath: String, typeGUID: GUID? = nil, partitionUUID: String = "", partitionLabel: String = "",
        fileSystem: FileSystemIdentity? = nil, logicalVolume: LogicalVolumeName? = nil,
        isHiddenFromDiscovery: Bool = false
    ) {
        self.logicalVolume = logicalVolume
        self.isHiddenFromDiscovery = isHiddenFromDiscovery
        self.number = number
        self.devicePath = devicePath
        self.typeGUID = typeGUID
        self.partitionUUID = partitionUUID.lowercased()
        self.partitionLabel = partitionLabel
        self.fileSystem = fileSystem
    }

    /// All partitions of a table.
    ///
    /// - Parameters:
    ///   - table: as withheld from the disk; nothing is read from the disk's own table.
    ///   - devicePath: the block device of a partition's number, `nil` when the kernel was not told of it.
    ///   - probe: asked once for each; one that fails counts as no file system.
    public static func all(
        of table: [TablePartition], devicePath: (Int) -> String?, probe: FileSystemProbe
    ) -> [TargetPartition] {
        table.compactMap { entry in
            devicePath(entry.number).map { path in
                TargetPartition(
                    number: entry.number, devicePath: path, typeGUID: entry.typeGUID, partitionUUID: entry.uuid,
                    partitionLabel: entry.name, fileSystem: try? probe(path),
                    isHiddenFromDiscovery: entry.isHiddenFromDiscovery)
            }
        }
    }
}

extension TargetPartition: CustomStringConvertible {
    /// One line for people: device, type, names, file system.
    public var description: String {
        var facts: [String] = []
        if let logicalVolume { facts.append("lv \(printable("\(logicalVolume.group)/\(logicalVolume.volume)"))") }
        if let typeGUID {
            facts.append("type \(PartitionType(guid: typeGUID)?.description ?? typeGUID.description)")
        }
        if !partitionLabel.isEmpty { facts.append("partlabel \(printable(partitionLabel))") }
        if let fileSystem {
            facts.append(fileSystem.type)
            if !fileSystem.label.isEmpty { facts.append("label \(printable(fileSystem.label))") }
            if !fileSystem.uuid.isEmpty { facts.append("uuid \(printable(fileSystem.uuid))") }
        } else {
            facts.append("no file system")
        }
        return "\(devicePath) (\(facts.joined(separator: ", ")))"
    }

    /// Names come from the image and must not steer a terminal.
    private func printable(_ text: String) -> String {
        String(text.map { $0.isNewline || $0.unicodeScalars.contains { $0.value < 32 || $0.value == 127 } ? "?" : $0 })
    }
}
