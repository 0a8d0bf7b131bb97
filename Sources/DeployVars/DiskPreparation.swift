/// What happens to disks before the image is written.
public struct DiskPreparation: Equatable, Sendable {
    /// A set of disks.
    public enum Scope: String, CaseIterable, Sendable {
        /// The chosen disk only.
        case target
        /// All local fixed disks.
        case all
        /// No disk.
        case none
    }

    /// The two disks of a mirrored system disk.
    public enum MirrorMembers: Hashable, Sendable {
        /// By serial number.
        case serials(String, String)
        /// By World Wide Name.
        case wwns(String, String)
    }

    /// Whether to erase by the device's own command.
    public var erasesSecurely = false
    /// Which disks lose their signatures.
    public var wipes = Scope.target
    /// Which disks' arrays are taken apart.
    public var raidCleanup = Scope.target
    /// The members of a RAID 1 for the system; none without `RAID_LEVEL`.
    public var mirror: MirrorMembers?
    /// Whether a system on a mirror is taken only if it is seen to run from that.
    public var checksMirrorBoot = true
    /// The namespaces that the NVMe controller of the target is to have; `nil` to leave them as they are.
    public var namespaces: NamespaceLayout?
    /// The partition layout wanted, as given.
    public var partitionLayout: String?

    /// The target only, not erased.
    public init() {}

    /// The two names that `RAID_LEVEL` asks for are taken out of the disk hints.
    init(_ reader: inout VarsReader, hints: inout DiskHints) {
        erasesSecurely = reader.boolean(.secureErase, default: false)
        wipes = reader.choice(.wipeDisks, default: .target)
        raidCleanup = reader.choice(.raidCleanup, default: .target)
        namespaces = reader.value(.nvmeNamespaces, allowed: NamespaceLayout.syntax) { NamespaceLayout($0) }
        partitionLayout = reader.text(.partitionLayout)
        checksMirrorBoot = reader.boolean(.raidBootCheck, default: true)
        guard reader.number(.raidLevel, in: 1...1) != nil else { return }
        switch (Self.pair(hints.serial), Self.pair(hints.wwn)) {
        case (let pair?, nil) where hints.wwn == nil:
            mirror = .serials(pair.0, pair.1)
            hints.serial = nil
        case (nil, let pair?) where hints.serial == nil:
            mirror = .wwns(pair.0, pair.1)
            hints.wwn = nil
        default:
            reader.fail(
                .raidLevel,
                "RAID_LEVEL=1 needs either DISK_SERIAL or DISK_WWN to name exactly two different disks, separated by a comma"
            )
        }
    }

    private static func pair(_ text: String?) -> (String, String)? {
        let names = (text ?? "").split(separator: ",", omittingEmptySubsequences: false).map { name in
            name.split(separator: " ").joined(separator: " ")
        }
        guard names.count == 2, let first = names.first, let second = names.last, !first.isEmpty, !second.isEmpty,
            first != second
        else { return nil }
        return (first, second)
    }
}
