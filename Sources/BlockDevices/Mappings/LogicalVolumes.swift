import LVM
import LinuxSystem
import Synchronization

/// A logical volume that was made a device.
public struct ActiveLogicalVolume: Sendable, Equatable {
    /// The volume group's name.
    public let group: String
    /// The volume's name.
    public let name: String
    /// Its device, such as `/dev/dm-0`.
    public let devicePath: String
    /// The nodes of its group's physical volumes that were found, such as `/dev/sda3`.
    public let physicalVolumes: [String]
}

/// The logical volumes on some partitions of one disk, made devices by device-mapper without lvm2, until `deactivate`.
///
/// A volume group that reaches to other disks is never completed from there: only what lies on this disk is activated.
public final class LogicalVolumes: Sendable {
    /// Those that are devices now.
    public let active: [ActiveLogicalVolume]
    /// The UUIDs of the physical volumes that were found, without hyphens.
    public let physicalVolumeUUIDs: [String]
    /// Whether a volume group reaches to other disks.
    public let isIncomplete: Bool
    /// What could not be activated, one sentence each.
    public let warnings: [String]

    /// Names in `/dev/mapper`.
    private let mappings: Mutex<[String]>
    let sysfs: BlockSysfs
    /// For each call that can hang on a dying disk.
    static let timeout: Duration = .seconds(60)

    /// Finds the physical volumes among partitions, and activates what is on them. Where there are none, nothing is done
    /// and no driver is needed.
    ///
    /// - Parameters:
    ///   - partitions: nodes, such as `/dev/sda3`; none may be held by anything else.
    ///   - loadModule: loads a driver by its name.
    /// - Throws: `SystemCallError`, `StuckCallError`; nothing stays active then. A damaged physical volume is a warning.
    public init(
        on partitions: [String], sysfs: BlockSysfs = BlockSysfs(), loadModule: (String) throws -> Void
    ) throws {
        let found = try VolumeGroupSearch(partitions, sysRoot: sysfs.sysRoot, timeout: Self.timeout)
        self.sysfs = sysfs
        physicalVolumeUUIDs = found.physicalVolumeUUIDs
        warnings = found.warnings
        isIncomplete = found.isIncomplete
        // Its failure shows in the first request, which says more.
        if !found.volumes.isEmpty { try? loadModule("dm-mod") }
        var active: [ActiveLogicalVolume] = []
        var names: [String] = []
        do {
            for volume in found.volumes {
                let mapping = volume.mapping
                let path = try watched("activating", device: mapping.name, timeout: Self.timeout) {
                    try DeviceMapper.activate(mapping, sysfs: sysfs)
                }
                names.append(mapping.name)
                active.append(
                    ActiveLogicalVolume(
                        group: volume.group, name: volume.name, devicePath: path,
                        physicalVolumes: volume.physicalVolumes))
            }
        } catch {
            for name in names.reversed() { try? Self.remove(name, sysfs) }
            throw error
        }
        self.active = active
        mappings = Mutex(names)
    }

    /// Removes the devices again, last made first. Must follow the unmount of what is on them; does nothing when called
    /// again.
    ///
    /// - Throws: `SystemCallError`, `EBUSY` when one is in use; `StuckCallError`.
    public func deactivate() throws {
        while let last = mappings.withLock({ $0.last }) {
            try Self.remove(last, sysfs)
            mappings.withLock { _ = $0.popLast() }
        }
    }

    private static func remove(_ mapping: String, _ sysfs: BlockSysfs) throws {
        try watched("deactivating", device: mapping, timeout: timeout) {
            try StackedDevices(sysfs: sysfs).removeMapping(mapping)
        }
    }
}
