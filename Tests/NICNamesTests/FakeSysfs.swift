import Glibc
import LinuxSystem

/// The sysfs tree of a made-up machine in a temporary directory, with the relative links of the real one; removed with
/// its last owner.
final class FakeSysfs {
    let root: String

    init() throws {
        var template = Array("/tmp/martlet-sysfs-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw SystemCallError(call: "mkdtemp", subject: "/tmp", errno: .init(rawValue: errno))
        }
        root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        for directory in ["class/net", "bus/pci/devices", "bus/pci/slots"] {
            try Files.makeDirectories("\(root)/\(directory)")
        }
    }

    deinit {
        removeTree(root)
    }

    /// Writes attributes, making their directory.
    func attributes(_ directory: String, _ values: [String: String]) throws {
        try Files.makeDirectories("\(root)/\(directory)")
        for (name, value) in values { try Files.write(value + "\n", to: "\(root)/\(directory)/\(name)") }
    }

    /// A symbolic link from one place of the tree to another.
    func link(_ path: String, to target: String) throws {
        let depth = path.split(separator: "/").count - 1
        try Files.makeDirectories("\(root)/" + path.split(separator: "/").dropLast().joined(separator: "/"))
        try systemCall("symlink", path) {
            symlink(String(repeating: "../", count: depth) + target, "\(root)/\(path)")
        }
    }

    /// A device of a bus below `devices`.
    func device(_ place: String, bus: String, _ values: [String: String] = [:]) throws {
        try attributes("devices/" + place, ["uevent": ""].merging(values) { $1 })
        try link("devices/\(place)/subsystem", to: "bus/" + bus)
        let name = place.split(separator: "/").last.map(String.init) ?? ""
        try link("bus/\(bus)/devices/\(name)", to: "devices/" + place)
    }

    /// A PCI function, an Ethernet controller unless its class says otherwise.
    ///
    /// - Parameter header: the header type at byte 14 of its configuration space; `nil` for none that can be read.
    func pci(
        _ place: String, class code: UInt32 = 0x020000, header: UInt8? = 0, driver: String? = "driver",
        _ values: [String: String] = [:]
    ) throws {
        let hexadecimal = String(code | 0x0100_0000, radix: 16).dropFirst()
        let (base, sub, interface) = (hexadecimal.prefix(2), hexadecimal.dropFirst(2).prefix(2), hexadecimal.suffix(2))
        var all = [
            "class": "0x\(hexadecimal)", "vendor": "0x8086", "device": "0x1521", "ari_enabled": "0",
            "modalias": "pci:v00008086d00001521sv00008086sd00001521bc\(base)sc\(sub)i\(interface)",
        ]
        all.merge(values) { $1 }
        try device(place, bus: "pci", all)
        if let header {
            let space = [UInt8](repeating: 0, count: 14) + [header] + [UInt8](repeating: 0, count: 49)
            try Files.write(space, to: "\(root)/devices/\(place)/config")
        }
        if let driver {
            try Files.makeDirectories("\(root)/bus/pci/drivers/\(driver)")
            try link("devices/\(place)/driver", to: "bus/pci/drivers/" + driver)
        }
    }

    /// A PCI-to-PCI bridge.
    func bridge(_ place: String) throws { try pci(place, class: 0x060400, header: 1, driver: "pcieport") }

    /// A hot-plug slot and what is at it.
    func slot(_ name: String, _ address: String) throws {
        try attributes("bus/pci/slots/" + name, ["address": address])
    }

    /// A network device on a device made before.
    func net(_ name: String, on place: String, _ values: [String: String] = [:]) throws {
        let directory = "devices/\(place)/net/\(name)"
        var all = [
            "type": "1", "ifindex": "2", "iflink": "2", "dev_port": "0", "addr_assign_type": "0",
            "address": "52:54:00:12:34:56", "uevent": "INTERFACE=\(name)\nIFINDEX=2", "phys_port_name": "",
            "name_assign_type": "1",
        ]
        all.merge(values) { $1 }
        try attributes(directory, all)
        try link(directory + "/device", to: "devices/" + place)
        try link(directory + "/subsystem", to: "class/net")
        try link("class/net/" + name, to: directory)
    }

    /// A virtio network device on a PCI function made before.
    func virtio(_ name: String, on place: String, number: Int = 0) throws {
        try device("\(place)/virtio\(number)", bus: "virtio", ["device": "0x0001"])
        try net(name, on: "\(place)/virtio\(number)")
    }

    /// The interface of a USB device, such as `1-2:1.0` of `…/usb1/1-2`.
    func usb(_ place: String, interface: String) throws {
        let hub = place.split(separator: "/").dropLast().joined(separator: "/")
        if !Files.exists("\(root)/devices/\(hub)") { try device(hub, bus: "usb", ["uevent": "DEVTYPE=usb_device"]) }
        try device(place, bus: "usb", ["uevent": "DEVTYPE=usb_device"])
        try device("\(place)/\(interface)", bus: "usb", ["uevent": "DEVTYPE=usb_interface"])
    }

    /// Removes a file or a link.
    func remove(_ path: String) { removeTree("\(root)/\(path)") }
}

/// Removes a directory and all in it, without following links.
private func removeTree(_ path: String) {
    if unlink(path) == 0 { return }
    for name in (try? Files.list(path)) ?? [] { removeTree("\(path)/\(name)") }
    rmdir(path)
}
