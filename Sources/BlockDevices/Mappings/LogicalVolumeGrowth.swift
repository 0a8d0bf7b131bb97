import Glibc
import LVM
import LinuxSystem

extension LogicalVolumes {
    /// Plans the growth of an active volume whose physical volume is to become longer, or has room left at its end. Writes
    /// nothing.
    ///
    /// - Parameter bytes: the length that the physical volume's device will have.
    /// - Throws: `NoVolumeGrowth` when the volume is one that is left alone; `LVMError`, `SystemCallError`,
    ///   `StuckCallError`.
    public func growth(of volume: ActiveLogicalVolume, toPhysicalVolumeBytes bytes: UInt64) throws -> VolumeGrowth {
        guard let device = volume.physicalVolumes.first, volume.physicalVolumes.count == 1 else {
            throw NoVolumeGrowth(
                group: volume.group, volume: volume.name,
                reason: .severalPhysicalVolumes(volume.physicalVolumes.count))
        }
        return try watched("reading LVM metadata", device: device, timeout: Self.timeout) {
            let descriptor = try Descriptor.open(device, O_RDONLY)
            let physical = try PhysicalVolume.read { try descriptor.readBytes(count: $1, at: $0) }
            guard let physical else {
                throw NoVolumeGrowth(group: volume.group, volume: volume.name, reason: .damaged("label"))
            }
            return try physical.growing(volume.name, toDeviceBytes: bytes)
        }
    }

    /// Carries out what `growth` has planned, once the physical volume's device has its new length: writes the metadata,
    /// then gives the active device its new table. The file system on it may be mounted.
    ///
    /// - Throws: `SystemCallError`, `StuckCallError`. The group is as it was, or as planned; in both the volume holds what
    ///   it held.
    public func grow(_ volume: ActiveLogicalVolume, _ growth: VolumeGrowth) throws {
        guard let device = volume.physicalVolumes.first else { return }
        let number = try deviceNumber(of: device)
        let members = Dictionary(growth.group.memberUUIDs.map { ($0, number) }) { first, _ in first }
        let mapping = try growth.group.mapping(of: growth.volume, devices: members)
        try watched("writing LVM metadata", device: device, timeout: Self.timeout) {
            let descriptor = try Descriptor.open(device, O_WRONLY)
            for stage in growth.stages {
                for write in stage { try descriptor.writeBytes(write.bytes, at: write.offset) }
                try descriptor.synchronize()
            }
        }
        try watched("growing", device: mapping.name, timeout: Self.timeout) { try DeviceMapper.reload(mapping) }
    }

    private func deviceNumber(of path: String) throws(SystemCallError) -> String {
        let name = path.split(separator: "/").last ?? ""
        guard let number = Files.attribute("\(sysfs.sysRoot)/class/block/\(name)/dev") else {
            throw SystemCallError(call: "read", subject: path, errno: .noSuchAddressOrDevice)
        }
        return number
    }
}
