import LinuxSystem
import NetworkTypes

/// A wired Ethernet device of `/sys/class/net` with hardware below it.
struct NetworkDevice {
    /// The link's name now.
    let name: String
    /// What it hangs on: a PCI function, a USB interface, … A virtio device is left out.
    let parent: DevicePath
    private let directory: String

    /// The device of a link; `nil` when there is none of that name, when it has no hardware of its own, or when it is
    /// not Ethernet or is wireless (Documentation/ABI/testing/sysfs-class-net).
    init?(link name: String, sysfs: String) {
        directory = "\(sysfs)/class/net/\(name)"
        guard !name.isEmpty, !name.contains("/"),
            let device = DevicePath(resolving: directory + "/device", sysfs: sysfs)
        else { return nil }
        self.name = name
        parent = device.withoutVirtio
        guard attribute("type") == "1", !isWireless, !isStacked else { return nil }
    }

    /// Every such device that is there now.
    ///
    /// - Throws: `SystemCallError` when `/sys/class/net` cannot be listed.
    static func all(sysfs: String) throws(SystemCallError) -> [NetworkDevice] {
        try Files.list("\(sysfs)/class/net").compactMap { NetworkDevice(link: $0, sysfs: sysfs) }
    }

    /// An attribute of the link; `nil` when it is absent, unreadable or empty.
    func attribute(_ name: String) -> String? { Files.attribute("\(directory)/\(name)") }

    /// The port's number on a device with several, from 0.
    var port: UInt32 { attribute("dev_port").flatMap { UInt32($0) } ?? 0 }

    /// The MAC address, when it is the hardware's own (`NET_ADDR_PERM`).
    var permanentMAC: MACAddress? {
        guard attribute("addr_assign_type") == "0", let mac = attribute("address").flatMap({ MACAddress($0) }),
            mac != .zero
        else { return nil }
        return mac
    }

    private var isWireless: Bool {
        if ["wireless", "phy80211"].contains(where: { Files.exists("\(directory)/\($0)") }) { return true }
        let types = (attribute("uevent") ?? "").split(separator: "\n").filter { $0.hasPrefix("DEVTYPE=") }
        return types.contains("DEVTYPE=wlan") || types.contains("DEVTYPE=wwan")
    }

    /// Whether it is a part of another link, like the ports of a switch chip.
    private var isStacked: Bool {
        guard let lower = attribute("iflink"), let index = attribute("ifindex") else { return false }
        return lower != index
    }
}
