import CLinux
import Glibc
import LVM
import LinuxSystem

/// Makes device-mapper devices, without dmsetup: Documentation/admin-guide/device-mapper, <linux/dm-ioctl.h>.
enum DeviceMapper {
    /// Makes a device, gives it its table and puts that to use.
    ///
    /// - Returns: its node, such as `/dev/dm-0`.
    /// - Throws: `SystemCallError`; the device is removed again then.
    static func activate(_ mapping: DeviceMapping, sysfs: BlockSysfs) throws(SystemCallError) -> String {
        let control = try Descriptor.open("/dev/mapper/control", O_RDWR)
        let made = try request(
            control, "ioctl(DM_DEV_CREATE)", MARTLET_DM_DEV_CREATE, mapping.name,
            DeviceMapperRequest(name: mapping.name, uuid: mapping.uuid))
        do throws(SystemCallError) {
            try load(mapping, control)
            guard let minor = made.minor else {
                throw SystemCallError(call: "ioctl(DM_DEV_CREATE)", subject: mapping.name, errno: .invalidArgument)
            }
            return try waitForNode("/dev/dm-\(minor)")
        } catch {
            try? StackedDevices(sysfs: sysfs).removeMapping(mapping.name)
            throw error
        }
    }

    /// Gives a device that there is another table. What is mounted on it is frozen for the moment that this takes.
    ///
    /// - Throws: `SystemCallError`; the device keeps its table then.
    static func reload(_ mapping: DeviceMapping) throws(SystemCallError) {
        try load(mapping, try Descriptor.open("/dev/mapper/control", O_RDWR))
    }

    private static func load(_ mapping: DeviceMapping, _ control: Descriptor) throws(SystemCallError) {
        _ = try request(
            control, "ioctl(DM_TABLE_LOAD)", MARTLET_DM_TABLE_LOAD, mapping.name,
            DeviceMapperRequest(name: mapping.name, targets: mapping.targets))
        // Without DM_SUSPEND_FLAG this is the resume that makes the loaded table the live one.
        _ = try request(
            control, "ioctl(DM_DEV_SUSPEND)", MARTLET_DM_DEV_SUSPEND, mapping.name,
            DeviceMapperRequest(name: mapping.name))
    }

    private static func request(
        _ control: Descriptor, _ call: String, _ number: UInt, _ name: String, _ request: DeviceMapperRequest?
    ) throws(SystemCallError) -> DeviceMapperRequest {
        guard var request else { throw SystemCallError(call: call, subject: name, errno: .fileNameTooLong) }
        do throws(SystemCallError) {
            try control.ioctl(call, number, &request.bytes)
            return request
        } catch {
            // Not the control node but the device is what a person wants to know of.
            throw SystemCallError(call: call, subject: name, errno: error.errno)
        }
    }
}
