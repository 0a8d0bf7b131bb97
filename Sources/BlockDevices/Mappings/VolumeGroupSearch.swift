import Glibc
import LVM
import LinuxSystem

/// What the physical volumes on some partitions amount to: the mappings of all volumes that lie on them alone.
struct VolumeGroupSearch {
    private(set) var physicalVolumeUUIDs: [String] = []
    private(set) var warnings: [String] = []
    /// Whether a volume group has members that are not among the partitions.
    private(set) var isIncomplete = false
    private(set) var volumes: [MappableVolume] = []

    /// A volume that can be made a device.
    struct MappableVolume {
        let group: String
        let name: String
        let mapping: DeviceMapping
        /// The partitions with its group's physical volumes.
        let physicalVolumes: [String]
    }

    /// Reads all partitions.
    ///
    /// - Throws: `SystemCallError`, `StuckCallError`.
    init(_ partitions: [String], sysRoot: String, timeout: Duration) throws {
        var devices: [String: String] = [:]
        var paths: [String: String] = [:]
        var groups: [String: VolumeGroup] = [:]
        for path in partitions {
            do {
                let found = try watched("reading LVM metadata", device: path, timeout: timeout) {
                    let device = try Descriptor.open(path, O_RDONLY)
                    return try PhysicalVolume.read { try device.readBytes(count: $1, at: $0) }
                }
                guard let volume = found else { continue }
                physicalVolumeUUIDs.append(volume.uuid)
                let name = path.split(separator: "/").last ?? ""
                devices[volume.uuid] = Files.attribute("\(sysRoot)/class/block/\(name)/dev")
                paths[volume.uuid] = path
                guard let metadata = volume.metadata else { continue }
                let group = try VolumeGroup(metadata: metadata)
                // Of a group's members the one that was written last is right.
                if groups[group.uuid].map({ $0.sequence < group.sequence }) ?? true { groups[group.uuid] = group }
            } catch let error as LVMError {
                warnings.append("\(path): \(error)")
            }
        }
        isIncomplete = groups.values.flatMap(\.memberUUIDs).contains { devices[$0] == nil }
        for group in groups.values.sorted(by: { ($0.name, $0.uuid) < ($1.name, $1.uuid) }) {
            for volume in group.volumes {
                do throws(UnmappableVolume) {
                    volumes.append(
                        MappableVolume(
                            group: group.name, name: volume.name,
                            mapping: try group.mapping(of: volume, devices: devices),
                            physicalVolumes: group.memberUUIDs.compactMap { paths[$0] }))
                } catch {
                    warnings.append(error.description)
                }
            }
        }
    }
}
