import LinuxSystem

/// A device's directory in sysfs, all links resolved. What it hangs on are the directories above it.
struct DevicePath: Hashable {
    /// Where sysfs is mounted, all links resolved.
    let sysfs: String
    /// The directories below `devices`, such as `pci0000:00`, `0000:00:03.0`, `virtio0`.
    let components: [String]

    /// Where a link such as `/sys/class/net/eth0/device` leads; `nil` when that is no device.
    init?(resolving link: String, sysfs: String) {
        self.sysfs = Files.resolved(sysfs)
        let path = Files.resolved(link)
        let devices = self.sysfs + "/devices/"
        guard path.hasPrefix(devices), Files.exists(path) else { return nil }
        components = path.dropFirst(devices.count).split(separator: "/").map(String.init)
    }

    private init(sysfs: String, components: [String]) {
        self.sysfs = sysfs
        self.components = components
    }

    /// The directory.
    var text: String { sysfs + "/devices/" + components.joined(separator: "/") }
    /// The device's own name.
    var name: String { components.last ?? "" }
    /// The address, when the device is a PCI function.
    var pciAddress: PCIAddress? { PCIAddress(name) }

    /// The device itself and all above it, the nearest first.
    var selfAndAncestors: [DevicePath] {
        components.indices.reversed().map { DevicePath(sysfs: sysfs, components: Array(components[...$0])) }
    }

    /// The device that carries a virtio device; any other device itself. There is only ever one virtio device on a PCI
    /// function, and so that function is the NIC.
    var withoutVirtio: DevicePath {
        guard name.hasPrefix("virtio"), Int(name.dropFirst(6)) != nil else { return self }
        return DevicePath(sysfs: sysfs, components: components.dropLast())
    }

    /// Whether the device is below another.
    func isBelow(_ other: DevicePath) -> Bool {
        components.count > other.components.count && components.starts(with: other.components)
    }

    /// An attribute's text; `nil` when it is absent, unreadable or empty.
    func attribute(_ name: String) -> String? { Files.attribute("\(text)/\(name)") }
}
