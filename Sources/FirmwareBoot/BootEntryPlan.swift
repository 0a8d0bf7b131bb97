import PartitionTable

/// Where a new boot entry goes.
public enum BootEntryPlacement: Sendable {
    /// Before all others.
    case first
    /// After all others.
    case last
    /// For the next boot only: named by `BootNext`, and somewhere in the order so that menus show it.
    case next
}

/// What the firmware has by way of boot entries.
public struct FirmwareEntries: Equatable, Sendable {
    /// Each `Boot####` variable; `nil` for one that makes no sense, which keeps its number.
    public var options: [BootNumber: LoadOption?]
    /// `BootOrder`, with numbers that no entry has.
    public var order: [BootNumber]

    /// Entries from their parts.
    public init(options: [BootNumber: LoadOption?] = [:], order: [BootNumber] = []) {
        self.options = options
        self.order = order
    }
}

extension FirmwareEntries {
    /// The entries that lead to one of these partitions.
    func leading(to partitions: Set<GUID>) -> [BootNumber] {
        options.filter { $0.value?.path.partition?.guid.map(partitions.contains) == true }.keys.sorted()
    }
}

/// How the firmware's boot entries come to have one more: pure arithmetic on what there is.
///
/// An entry with the new one's label that leads to the same file of the same partition is the same entry, and is written
/// over. Entries that lead to partitions that are gone from this disk go, too. All others, those without a partition
/// (network, CD, firmware's own) and those of other disks, stay as they are and keep their order.
public struct BootEntryPlan: Equatable, Sendable {
    /// The number that the new entry gets.
    public let number: BootNumber
    /// Entries to delete.
    public let removed: [BootNumber]
    /// `BootOrder` afterwards.
    public let order: [BootNumber]
    /// Whether `BootNext` is to name the new entry.
    public let boots: Bool

    /// Plans a new entry.
    ///
    /// - Parameters:
    ///   - gone: the GUIDs of partitions that no disk of this machine has any more.
    /// - Returns: `nil` when all 65536 numbers are taken.
    public init?(
        adding new: LoadOption, to entries: FirmwareEntries, at placement: BootEntryPlacement, gone: Set<GUID>
    ) {
        let known = entries.options.compactMapValues { $0 }
        let same = known.filter { $0.value.label == new.label && $0.value.path.leadsWhere(new.path) }.keys.sorted()
        let taken = Set(entries.options.keys).union(entries.order)
        guard
            let number = same.first ?? (0...UInt16.max).lazy.map(BootNumber.init).first(where: { !taken.contains($0) })
        else { return nil }
        let removed = Set(entries.leading(to: gone)).union(same).subtracting([number])
        self.removed = removed.sorted()
        let kept = entries.order.filter { !removed.contains($0) }
        let others = kept.filter { $0 != number }
        order =
            switch placement {
            case .first: [number] + others
            case .last: others + [number]
            case .next: kept.contains(number) ? kept : others + [number]
            }
        self.number = number
        boots = placement == .next
    }
}
