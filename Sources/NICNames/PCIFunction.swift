import Glibc
import LinuxSystem

/// A PCI function of sysfs (Documentation/ABI/testing/sysfs-bus-pci).
struct PCIFunction {
    let path: DevicePath
    let address: PCIAddress

    /// The function at a device's path; `nil` when the device is none.
    init?(_ path: DevicePath) {
        guard let address = path.pciAddress else { return nil }
        self.path = path
        self.address = address
    }

    /// Every function of the machine, in the order of their addresses.
    ///
    /// - Throws: `SystemCallError` when `/sys/bus/pci/devices` cannot be listed: `ENOENT` on a machine without PCI.
    static func all(sysfs: String) throws(SystemCallError) -> [PCIFunction] {
        let folder = "\(sysfs)/bus/pci/devices"
        return try Files.list(folder).compactMap { DevicePath(resolving: "\(folder)/\($0)", sysfs: sysfs) }
            .compactMap { PCIFunction($0) }.sorted { $0.address < $1.address }
    }

    /// The class, subclass and programming interface, such as 0x020000 for an Ethernet controller.
    var classCode: UInt32 { hexadecimal("class") }
    /// The maker's number.
    var vendor: UInt32 { hexadecimal("vendor") }
    /// The maker's number of the device.
    var product: UInt32 { hexadecimal("device") }

    /// Whether it leads to another bus: a PCI-to-PCI bridge, or a port of PCI Express.
    var isBridge: Bool { classCode >> 8 == 0x0604 }
    /// Whether a driver has taken it.
    var hasDriver: Bool { Files.exists(path.text + "/driver") }
    /// Whether it is a virtual function of an SR-IOV device whose physical function is there too.
    var isVirtual: Bool { Files.exists(path.text + "/physfn") }

    /// The function's number. With ARI (PCI Express 4.0, 6.13) a device has up to 256 functions, and the device's number
    /// is their upper part.
    var number: UInt32 {
        let isARI = path.attribute("ari_enabled") == "1"
        return UInt32(address.function) + (isARI ? UInt32(address.device) * 8 : 0)
    }

    /// Whether the device has several functions: bit 7 of the header type, at byte 14 of the configuration space (PCI
    /// 3.0, 6.2.1); where that cannot be read, whether there are others.
    var isMultifunction: Bool {
        if let config = try? Descriptor.open(path.text + "/config", O_RDONLY),
            let header = try? config.readBytes(count: 15, at: 0), header.count == 15
        {
            return header[14] & 0x80 != 0
        }
        let prefix = String(path.text.dropLast())
        return (0..<8).contains { $0 != address.function && Files.exists("\(prefix)\($0)") }
    }

    /// The physical function that it is a virtual one of, and its number there.
    var physicalFunction: (function: PCIFunction, index: UInt32)? {
        guard let physical = DevicePath(resolving: path.text + "/physfn", sysfs: path.sysfs),
            let function = PCIFunction(physical), let names = try? Files.list(physical.text)
        else { return nil }
        for name in names where name.hasPrefix("virtfn") {
            if let index = UInt32(name.dropFirst(6)),
                DevicePath(resolving: "\(physical.text)/\(name)", sysfs: path.sysfs) == path
            {
                return (function, index)
            }
        }
        return nil
    }

    private func hexadecimal(_ name: String) -> UInt32 {
        guard let text = path.attribute(name), text.hasPrefix("0x") else { return 0 }
        return UInt32(text.dropFirst(2), radix: 16) ?? 0
    }
}
