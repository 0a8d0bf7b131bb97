/// A device that the kernel stacks on a disk or a partition: an md array, a device-mapper device, or another.
public struct Holder: Sendable, Equatable {
    /// What stacks it.
    public enum Kind: Sendable, Equatable {
        /// An md array. Level as sysfs has it, such as `raid1`; `container` is the array that a member of an external
        /// format (IMSM, DDF) lives in, such as `md127`.
        case md(level: String, container: String?)
        /// A device-mapper device: its name and its uuid, which begins with `LVM-` for a logical volume.
        case deviceMapper(name: String, uuid: String)
        /// Anything else, such as bcache or DRBD, which is not released.
        case other
    }

    /// The kernel's name, such as `md127` or `dm-0`.
    public var name: String
    /// What it is.
    public var kind: Kind
    /// Device number.
    public var device: DeviceNumber?
    /// The names of the devices it stands on, on this disk and on others.
    public var slaves: [String]
    /// The names and numbers of its own partitions, such as `md127p1`.
    public var partitions: [Partition]
    /// What is stacked on it or on its partitions.
    public var holders: [Holder]

    /// A holder.
    public init(
        name: String, kind: Kind, device: DeviceNumber? = nil, slaves: [String] = [], partitions: [Partition] = [],
        holders: [Holder] = []
    ) {
        self.name = name
        self.kind = kind
        self.device = device
        self.slaves = slaves
        self.partitions = partitions
        self.holders = holders
    }

    /// What is stacked directly on it and on its partitions.
    var holdersAbove: [Holder] { holders + partitions.flatMap(\.holders) }

    /// How a person knows it: `md127 (raid1)`, `dm-0 (vg0-root, LVM)`.
    public var displayName: String {
        switch kind {
        case .md(let level, _): level.isEmpty ? name : "\(name) (\(level))"
        case .deviceMapper(let mapped, let uuid):
            uuid.hasPrefix("LVM-") ? "\(name) (\(mapped), LVM)" : "\(name) (\(mapped))"
        case .other: name
        }
    }

    /// Whether releasing a disk knows how to stop it.
    public var canBeReleased: Bool { kind != .other }
}
