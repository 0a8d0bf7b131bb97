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

/// One partition of the disk that was written, as the kernel knows it.
public struct TargetPartition: Equatable, Sendable {
    /// Its place in the table, from 1.
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

    /// A partition from its parts.
    public init(
        number: Int, devicePath: String, typeGUID: GUID? = nil, partitionUUID: String = "", partitionLabel: String = "",
        fileSystem: FileSystemIdentity? = nil
    ) {
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
        of table: GPT, devicePath: (Int) -> String?, probe: FileSystemProbe
    ) -> [TargetPartition] {
        table.entries.compactMap { entry in
            devicePath(entry.number).map { path in
                TargetPartition(
                    number: entry.number, devicePath: path, typeGUID: entry.typeGUID,
                    partitionUUID: entry.uniqueGUID.description, partitionLabel: entry.name,
                    fileSystem: try? probe(path))
            }
        }
    }
}

extension TargetPartition: CustomStringConvertible {
    /// One line for people: device, type, names, file system.
    public var description: String {
        var facts: [String] = []
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

extension RootSelector {
    /// The one partition that is the installed system's root.
    ///
    /// - Parameters:
    ///   - partitions: all partitions of the disk.
    ///   - table: for `auto`, whose rules it knows; `nil` for a disk with an MBR, which has no types to go by.
    /// - Throws: `noRoot` when there is none or more than one; it lists all partitions.
    public func root(
        among partitions: [TargetPartition], of table: GPT?, architecture: Architecture = .current
    ) throws(TargetSystemError) -> TargetPartition {
        let found = matches(among: partitions, of: table, architecture)
        guard let root = found.first, found.count == 1 else {
            throw .noRoot(selector: description, matches: found, partitions: partitions)
        }
        return root
    }

    private func matches(
        among partitions: [TargetPartition], of table: GPT?, _ architecture: Architecture
    ) -> [TargetPartition] {
        switch self {
        case .automatic:
            let hidden = Set((table?.entries ?? []).filter(\.isHiddenFromDiscovery).map(\.number))
            return partitions.filter {
                $0.typeGUID == architecture.rootPartitionType.guid && !hidden.contains($0.number)
            }
        case .type(let text): return partitions.filter { $0.typeGUID != nil && $0.typeGUID == GUID(text) }
        case .partitionLabel(let name): return partitions.filter { $0.partitionLabel == name }
        case .label(let label): return partitions.filter { $0.fileSystem?.label == label }
        case .uuid(let uuid):
            return partitions.filter { $0.fileSystem?.uuid.lowercased() == uuid.lowercased() }
        case .number(let number): return partitions.filter { $0.number == number }
        // Logical volumes are not partitions; they are activated elsewhere.
        case .logicalVolume: return []
        }
    }
}
