import DeployVars
import PartitionTable

extension RootSelector {
    /// The partitions that are what it asks for. Automatically: those whose type is the architecture's root, unless they
    /// are marked as not to be discovered.
    func matches(among partitions: [TargetPartition], architecture: Architecture) -> [TargetPartition] {
        switch self {
        case .automatic:
            return partitions.filter {
                $0.typeGUID == architecture.rootPartitionType.guid && !$0.isHiddenFromDiscovery
            }
        case .type(let text): return partitions.filter { $0.typeGUID != nil && $0.typeGUID == GUID(text) }
        case .partitionLabel(let name): return partitions.filter { $0.partitionLabel == name }
        case .label(let label): return partitions.filter { $0.fileSystem?.label == label }
        case .uuid(let uuid):
            return partitions.filter { $0.fileSystem?.uuid.lowercased() == uuid.lowercased() }
        case .number(let number): return partitions.filter { $0.number == number }
        case .logicalVolume(let group, let volume):
            let name = LogicalVolumeName(group: group, volume: volume)
            return partitions.filter { $0.logicalVolume == name }
        }
    }

    /// Refuses, before anything is written, an image whose table alone shows that it has no such root. What is on the
    /// partitions is seen only once they are written.
    ///
    /// - Throws: `TargetSystemError.impossibleRoot`.
    public func checkPossible(
        in table: PartitionTable, architecture: Architecture = .current
    ) throws(TargetSystemError) {
        let isPossible: Bool
        let entries: [String]
        switch table {
        case .gpt(let gpt):
            isPossible = gpt.entries.contains { isRoot($0, architecture) }
            entries = gpt.entries.map(\.description)
        case .mbr(let mbr):
            isPossible = hasRoot(mbr)
            entries = mbr.partitions.map { "\($0.number): type 0x\(String($0.type, radix: 16))" }
        }
        guard isPossible else { throw .impossibleRoot(selector: description, entries: entries) }
    }

    private func isRoot(_ entry: GPTEntry, _ architecture: Architecture) -> Bool {
        switch self {
        case .automatic:
            guard !entry.isHiddenFromDiscovery else { return false }
            // Of any type that nobody knows a file system may be, and a system on it.
            return switch entry.type {
            case .efiSystem, .extendedBoot, .biosBoot, .swap, .home, .serverData, .variableData, .temporaryData,
                .microsoftBasicData:
                false
            case .rootX8664, .rootARM64: entry.type == architecture.rootPartitionType
            case .linuxGeneric, .lvm, .raid, nil: true
            }
        case .type(let text): return entry.typeGUID == GUID(text)
        case .partitionLabel(let name): return entry.name == name
        case .number(let number): return entry.number == number
        case .label, .uuid, .logicalVolume: return true
        }
    }

    private func hasRoot(_ table: MBR) -> Bool {
        let hasLogical = table.partitions.contains(where: \.isExtended)
        switch self {
        // An MBR knows neither types of roots nor names.
        case .type, .partitionLabel: return false
        case .number(let number):
            return number > 4 ? hasLogical : table.partitions.contains { $0.number == number && !$0.isExtended }
        // 0x82 is swap, 0xef the EFI system partition.
        case .automatic: return hasLogical || table.partitions.contains { ![0x82, 0xef].contains($0.type) }
        case .label, .uuid, .logicalVolume: return !table.partitions.isEmpty
        }
    }
}
