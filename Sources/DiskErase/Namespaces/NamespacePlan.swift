import BlockDevices
import DeployVars

/// What must happen for a controller to have the namespaces that are asked for. Pure: made from what it said of itself.
public enum NamespacePlan: Sendable, Equatable {
    /// Nothing: it has exactly these. The first of the layout has this identifier.
    case keep(UInt32)
    /// All that it has are deleted, and new ones are made.
    case replace(NamespaceReplacement)

    /// - Throws: `NamespaceError.impossible` when the controller cannot have them, or when those that it has are not all
    ///   this machine's to delete.
    init(_ layout: NamespaceLayout, on inventory: NamespaceInventory, of controller: String) throws(NamespaceError) {
        func refusal(_ reason: String) -> NamespaceError { .impossible(controller: controller, reason: reason) }
        let management = inventory.management
        guard layout.entries.count <= Int(management.mostNamespaces) else {
            throw refusal("it has \(management.mostNamespaces) at most, not \(layout.entries.count)")
        }
        let created = try Self.sizes(layout, inventory, refusal)
        if let target = Self.target(of: created, among: inventory) {
            self = .keep(target)
            return
        }
        if let reason = Self.obstacle(inventory) { throw refusal(reason) }
        self = .replace(
            NamespaceReplacement(
                controllerIdentifier: management.controller,
                deleted: inventory.namespaces.map { PresentNamespace($0, controller: management.controller) },
                created: created))
    }

    /// The layout in blocks of this controller's formats.
    private static func sizes(
        _ layout: NamespaceLayout, _ inventory: NamespaceInventory, _ refusal: (String) -> NamespaceError
    ) throws(NamespaceError) -> [NewNamespace] {
        let total = inventory.management.totalBytes
        var left = total
        var created: [NewNamespace] = []
        for (number, entry) in zip(1..., layout.entries) {
            guard let format = format(entry.sectorSize, inventory.formats) else {
                let size = entry.sectorSize.map { "of \($0)" } ?? "of 512 or 4096"
                throw refusal("it has no format with sectors \(size) bytes and no metadata")
            }
            let sector = UInt64(format.sectorSize)
            let bytes: UInt64 =
                switch entry.size {
                case .bytes(let bytes): bytes
                case .percent(let share): total / 100 * UInt64(clamping: share)
                case .rest: NewNamespace.whole(left)
                }
            guard bytes <= left, bytes / sector > 0 else {
                let wanted = bytes > left ? "\(DiskTable.size(bytes)) of " : ""
                throw refusal(
                    "no \(wanted)its \(DiskTable.size(total)) are left for namespace \(number), but "
                        + DiskTable.size(left))
            }
            left -= bytes
            created.append(
                NewNamespace(
                    sizeBytes: bytes / sector * sector, takesRest: entry.size == .rest, sectorSize: format.sectorSize,
                    format: format.index))
        }
        return created
    }

    /// The fastest format without metadata.
    private static func format(_ sectorSize: Int?, _ formats: [BlockFormat]) -> BlockFormat? {
        for size in sectorSize.map({ [$0] }) ?? [512, 4096] {
            let fitting = formats.filter { $0.sectorSize == size && $0.metadataBytes == 0 }
            if let best = fitting.min(by: { $0.slowness < $1.slowness }) { return best }
        }
        return nil
    }

    /// The identifier of the first one, if there are exactly these namespaces, each attached to this controller alone.
    /// Identifiers need not be in the order of the list: a controller gives them as it likes.
    private static func target(of wanted: [NewNamespace], among inventory: NamespaceInventory) -> UInt32? {
        var present = inventory.namespaces
        guard present.count == wanted.count else { return nil }
        var found: [UInt32] = []
        // What takes the rest has no size of its own, and must not take another one's place: it is last.
        for new in wanted {
            let index = present.firstIndex { namespace in
                namespace.format?.sectorSize == new.sectorSize && namespace.format?.metadataBytes == 0
                    && namespace.isFullyProvisioned && namespace.controllers == [inventory.management.controller]
                    && (new.takesRest
                        ? inventory.management.unallocatedBytes < NewNamespace.unit
                        : namespace.sizeBytes == new.sizeBytes)
            }
            guard let index else { return nil }
            found.append(present.remove(at: index).identifier)
        }
        return found.first
    }

    /// Why the namespaces that are there must not be deleted, as a sentence.
    private static func obstacle(_ inventory: NamespaceInventory) -> String? {
        let own = inventory.management.controller
        guard let others = inventory.otherControllers else {
            return "its subsystem has other controllers, of which it does not say which"
        }
        for namespace in inventory.namespaces {
            let sharing = namespace.controllers.filter { $0 != own }
            if !sharing.isEmpty {
                return "namespace \(namespace.identifier) is attached to other controllers as well (\(list(sharing)))"
            }
            // Without other controllers nobody can have detached it but us, who were interrupted, or somebody here.
            if namespace.controllers.isEmpty, !others.isEmpty {
                return
                    "namespace \(namespace.identifier) is attached to no controller, and may belong to others of its "
                    + "subsystem (\(list(others)))"
            }
            if namespace.isWriteProtected { return "namespace \(namespace.identifier) is write-protected" }
        }
        return nil
    }

    private static func list(_ controllers: [UInt16]) -> String {
        controllers.prefix(8).map { "\($0)" }.joined(separator: ", ")
    }
}

/// Deleting all namespaces of a controller and making others.
public struct NamespaceReplacement: Sendable, Equatable {
    /// CNTLID of the controller that they are detached from and attached to.
    let controllerIdentifier: UInt16
    /// Those that it has.
    public let deleted: [PresentNamespace]
    /// Those that it gets; the first is the target.
    public let created: [NewNamespace]
}

/// A namespace that is to be deleted.
public struct PresentNamespace: Sendable, Equatable {
    /// Its identifier.
    public let identifier: UInt32
    /// Its size in bytes; 0 when its format is not known.
    public let sizeBytes: UInt64
    /// Whether the controller shows it, so that it must be detached first.
    let isAttached: Bool

    init(_ namespace: AllocatedNamespace, controller: UInt16) {
        identifier = namespace.identifier
        sizeBytes = namespace.sizeBytes
        isAttached = namespace.controllers.contains(controller)
    }
}

/// A namespace that is to be made.
public struct NewNamespace: Sendable, Equatable {
    /// Controllers give out capacity in units, of which this is a usual one: less than that is not worth a namespace.
    static let unit: UInt64 = 1 << 30

    /// Bytes that it has; at least, when it takes the rest.
    public let sizeBytes: UInt64
    /// Whether it gets whatever is left.
    public let takesRest: Bool
    /// Bytes of a sector.
    public let sectorSize: Int
    /// The LBA format's index.
    let format: UInt8

    /// A size without what is beyond the last whole unit.
    static func whole(_ bytes: UInt64) -> UInt64 { bytes / unit * unit }
}
