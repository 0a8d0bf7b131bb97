import Diagnostics

extension GPT {
    /// The root partition of an architecture, by its type (Discoverable Partitions Specification). Partitions marked as
    /// not to be discovered do not count.
    ///
    /// - Throws: when there is none or more than one; the error lists all entries.
    public func rootPartition(
        for architecture: Architecture = .current
    ) throws(RootPartitionError) -> GPTEntry {
        let roots = entries(ofType: architecture.rootPartitionType.guid).filter { !$0.isHiddenFromDiscovery }
        guard let root = roots.first, roots.count == 1 else {
            throw RootPartitionError(architecture: architecture, found: roots.count, entries: entries)
        }
        return root
    }
}

/// No partition, or more than one, is the root by its type.
public struct RootPartitionError: ExplainedError, Equatable {
    /// Whose root was looked for.
    public let architecture: Architecture
    /// Partitions of the right type.
    public let found: Int
    /// Everything in the table.
    public let entries: [GPTEntry]

    /// One sentence without a final full stop.
    public var description: String {
        let type = "type \(architecture.rootPartitionType) (\(architecture.rootPartitionType.guid))"
        let count = found == 0 ? "no partition has" : "\(found) partitions have"
        let all = entries.isEmpty ? "none" : entries.map(\.description).joined(separator: "; ")
        return "cannot tell the image's root: \(count) the \(type); its partitions are: \(all)"
    }

    /// What to try.
    public var advice: String {
        "give exactly one partition of the image this type, for example with sgdisk --typecode"
    }
}
