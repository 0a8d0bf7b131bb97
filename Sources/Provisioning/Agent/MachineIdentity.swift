import LinuxSystem
import NetworkTypes

/// What the firmware says this machine is (SMBIOS type 1, through `/sys/class/dmi/id`), and its NICs' addresses.
public struct MachineIdentity: Sendable, Equatable {
    /// Manufacturer.
    public var vendor: String?
    /// Product name.
    public var product: String?
    /// Serial number.
    public var serial: String?
    /// System UUID, lower case, as the kernel has it.
    public var uuid: String?
    /// Firmware version.
    public var biosVersion: String?
    /// The MAC addresses of all physical NICs, in the kernel's order.
    public var macs: [MACAddress]

    /// Reads it from sysfs.
    public static func read(sysfs: String = "/sys") -> MachineIdentity {
        let dmi = sysfs + "/class/dmi/id/"
        let nics = (try? Files.list(sysfs + "/class/net")) ?? []
        return MachineIdentity(
            vendor: Files.attribute(dmi + "sys_vendor"),
            product: Files.attribute(dmi + "product_name"),
            serial: Files.attribute(dmi + "product_serial"),
            uuid: Files.attribute(dmi + "product_uuid")?.lowercased(),
            biosVersion: Files.attribute(dmi + "bios_version"),
            macs: nics.filter { Files.exists("\(sysfs)/class/net/\($0)/device") }
                .compactMap { Files.attribute("\(sysfs)/class/net/\($0)/address").flatMap { MACAddress($0) } })
    }
}
