/// The names that udev would give a NIC: systemd.net-naming-scheme(7), as of v252 (Debian 12); where v255 differs, its
/// name is among them too.
///
/// A name by MAC address is there only while the NIC has its own address: read the names before it joins a bond.
public struct PredictableNames: Equatable, Sendable {
    /// The name that udev's own policy chooses: by number on the board, by slot, by PCI address; for a USB NIC only by
    /// MAC address. `nil` when the kernel's name stays, as on buses that have no scheme.
    public let preferred: String?
    /// Every name that the schemes have for it, the preferred kind first; all of them at most 15 bytes long.
    public let all: [String]

    /// The names of a link that is there now; none when it is no wired Ethernet NIC, or has gone.
    ///
    /// - Parameter sysfs: where sysfs(5) is mounted.
    public init(of link: String, sysfs: String = "/sys") {
        guard let device = NetworkDevice(link: link, sysfs: sysfs) else {
            preferred = nil
            all = []
            return
        }
        let mac = device.permanentMAC.map { "enx" + $0.description.filter { $0 != ":" } }
        let places: [String?]
        if let function = PCIFunction(device.parent) {
            places = Self.names(of: device, on: function)
            all = Self.usable(places + [mac])
            // NET_NAME_PREDICTABLE of the kernel: udev keeps such a name.
            preferred = device.attribute("name_assign_type") == "2" ? link : Self.usable(places).first
        } else if let interface = device.usbInterface {
            places = Self.names(of: device, onUSB: interface)
            all = Self.usable([mac] + places)
            // 73-usb-net-by-mac.link has no policy but this.
            preferred = Self.usable([mac]).first
        } else {
            all = Self.usable([mac])
            preferred = nil
        }
    }

    /// By number on the board, by slot and by PCI address.
    private static func names(of device: NetworkDevice, on own: PCIFunction) -> [String?] {
        // A virtual function has its physical function's name with its own number.
        let physical = own.physicalFunction
        let function = physical?.function ?? own
        let suffix = device.portSuffix + (physical.map { "v\($0.index)" } ?? "")
        return [function.onboardIndex.map { "eno\($0)\(suffix)" }] + names(of: function, suffix: suffix)
    }

    private static func names(of device: NetworkDevice, onUSB interface: DevicePath) -> [String?] {
        guard let suffix = usbSuffix(interface.name),
            let function = interface.selfAndAncestors.lazy.compactMap({ PCIFunction($0) }).first
        else { return [] }
        return names(of: function, suffix: device.portSuffix + suffix)
    }

    /// By slot and by PCI address.
    private static func names(of function: PCIFunction, suffix: String) -> [String?] {
        let address = function.address
        let domain = address.domain > 0 ? "P\(address.domain)" : ""
        let number = function.number
        let end = (number > 0 || function.isMultifunction ? "f\(number)" : "") + suffix
        let slot = HotplugSlots(sysfs: function.path.sysfs).number(of: function)
        return [slot.map { "en\(domain)s\($0)\(end)" }, "en\(domain)p\(address.bus)s\(address.device)\(end)"]
    }

    /// `1-2.3:1.0`: ports, configuration and interface; the usual configuration 1 and interface 0 are left out.
    private static func usbSuffix(_ name: String) -> String? {
        guard let dash = name.firstIndex(of: "-"), let colon = name.lastIndex(of: ":"), dash < colon else { return nil }
        let ports = name[name.index(after: dash)..<colon].split(separator: ".", omittingEmptySubsequences: false)
        let last = name[name.index(after: colon)...].split(separator: ".", omittingEmptySubsequences: false)
        guard last.count == 2, (ports + last).allSatisfy({ UInt8($0) != nil }) else { return nil }
        return ports.map { "u\($0)" }.joined() + (last[0] == "1" ? "" : "c\(last[0])")
            + (last[1] == "0" ? "" : "i\(last[1])")
    }

    /// What udev takes for a name (`ifname_valid`).
    private static func usable(_ names: [String?]) -> [String] {
        names.compactMap { $0 }.filter { name in
            name.utf8.count <= 15 && name.utf8.allSatisfy { (0x21...0x7e).contains($0) && !":/%".utf8.contains($0) }
        }
    }
}

extension NetworkDevice {
    /// The port of a function that has several, by the name that the driver gives it, or by its number.
    fileprivate var portSuffix: String {
        if let name = attribute("phys_port_name") { return "n\(name)" }
        return port > 0 ? "d\(port)" : ""
    }

    /// The interface of a USB device that it is.
    fileprivate var usbInterface: DevicePath? {
        parent.selfAndAncestors.first { $0.attribute("uevent")?.contains("DEVTYPE=usb_interface") == true }
    }
}

extension PCIFunction {
    /// The number that firmware gives a device on the board: ACPI `_DSM`, or else SMBIOS type 41. Above 65535 it is
    /// rubbish, such as 16777215 from VMware.
    fileprivate var onboardIndex: UInt32? {
        let index = (path.attribute("acpi_index") ?? path.attribute("index")).flatMap { UInt32($0) }
        return index.flatMap { $0 <= UInt32(UInt16.max) ? $0 : nil }
    }
}
