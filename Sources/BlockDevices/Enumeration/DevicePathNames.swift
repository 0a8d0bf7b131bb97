import LinuxSystem

/// A SCSI address: host, channel, target, logical unit.
struct SCSIAddress: Equatable, CustomStringConvertible {
    let host: Int
    let channel: Int
    let target: Int
    let unit: UInt64

    /// Parses `0:0:1:0`.
    init?(_ text: some StringProtocol) {
        guard text.utf8.first.map({ $0 <= UInt8(ascii: "9") }) == true else { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 4, let host = Int(parts[0]), let channel = Int(parts[1]), let target = Int(parts[2]),
            let unit = UInt64(parts[3])
        else { return nil }
        self.host = host
        self.channel = channel
        self.target = target
        self.unit = unit
    }

    var description: String { "\(host):\(channel):\(target):\(unit)" }
}

/// The names that udev's path_id gives a disk under `/dev/disk/by-path`, made from its place in the device tree.
///
/// They name the slot, not the disk: `pci-0000:00:1f.2-ata-1`, `pci-0000:00:05.0-nvme-1`, `pci-0000:00:04.0-scsi-0:0:0:1`,
/// `pci-0000:00:14.0-usb-0:2:1.0-scsi-0:0:0:0`.
struct DevicePathNames {
    let sysRoot: String
    /// The disk's directory in sysfs, all links resolved.
    let path: String
    /// The lowest SCSI host of each adapter's directory that was looked at; kept for the next disk.
    var lowestHosts: [String: Int] = [:]

    /// The names, the one that current udev prefers first; empty when the disk is in no slot that has a name.
    ///
    /// - Parameter namespace: the NVMe namespace's number.
    mutating func names(namespace: String?) -> [String] {
        let components = path.pathComponents.map(String.init)
        guard let slot = bus(components) else { return [] }
        if let namespace { return ["\(slot)-nvme-\(namespace)"] }
        guard let address = components.reversed().lazy.compactMap({ SCSIAddress($0) }).first else {
            // virtio-blk is alone in its slot. Anything else would share the slot's name with its neighbours.
            guard components.contains(where: { isNumbered($0, "virtio") }) else { return [] }
            return slot.hasPrefix("pci-") ? [slot, "virtio-" + slot] : [slot]
        }
        if let port = components.first(where: { isNumbered($0, "ata") }) {
            let number = Files.attribute("\(sysRoot)/class/ata_port/\(port)/port_no") ?? String(port.dropFirst(3))
            return ["\(slot)-ata-\(number).\(address.target)", "\(slot)-ata-\(number)"]
        }
        let scsi = "scsi-\(relativeHost(components, address)):\(address.channel):\(address.target):\(address.unit)"
        if let interface = components.last(where: { isUSBInterface($0) }), let dash = interface.firstIndex(of: "-") {
            return ["\(slot)-usb-0:\(interface[interface.index(after: dash)...])-\(scsi)"]
        }
        if let end = components.first(where: { $0.hasPrefix("end_device-") }) {
            return sasNames(slot: slot, endDevice: end, unit: address.unit) + ["\(slot)-\(scsi)"]
        }
        return ["\(slot)-\(scsi)"]
    }

    private func sasNames(slot: String, endDevice: String, unit: UInt64) -> [String] {
        let device = "\(sysRoot)/class/sas_device/\(endDevice)"
        let phy = Files.attribute(device + "/phy_identifier").map { "\(slot)-sas-phy\($0)-lun-\(unit)" }
        let address = Files.attribute(device + "/sas_address").map { "\(slot)-sas-\($0)-lun-\(unit)" }
        return [phy, address].compactMap { $0 }
    }

    /// The PCI function nearest to the disk, or the platform device when there is none.
    private func bus(_ components: [String]) -> String? {
        if let function = components.last(where: isPCIFunction) { return "pci-" + function }
        guard let platform = components.firstIndex(of: "platform"), platform + 1 < components.count else { return nil }
        return "platform-" + components[platform + 1]
    }

    /// Hosts count from the lowest of their adapter, since the kernel's numbers change from boot to boot.
    private mutating func relativeHost(_ components: [String], _ address: SCSIAddress) -> Int {
        guard let position = components.firstIndex(where: { isNumbered($0, "host") }) else { return address.host }
        let parent = "/" + components[..<position].joined(separator: "/")
        if let lowest = lowestHosts[parent] { return address.host - lowest }
        let hosts = ((try? Files.list(parent)) ?? []).filter { isNumbered($0, "host") }
            .compactMap { Int($0.dropFirst(4)) }
        let lowest = hosts.min() ?? 0
        lowestHosts[parent] = lowest
        return address.host - lowest
    }

    private func isNumbered(_ component: String, _ prefix: String) -> Bool {
        component.utf8.starts(with: prefix.utf8) && Int(component.dropFirst(prefix.count)) != nil
    }

    /// `0000:00:1f.2`.
    private func isPCIFunction(_ component: String) -> Bool {
        guard component.utf8.contains(UInt8(ascii: ".")) else { return false }
        let parts = component.split(separator: ":")
        guard parts.count == 3, let last = parts.last, last.contains(".") else { return false }
        return parts.dropLast().allSatisfy { $0.allSatisfy(\.isHexDigit) }
            && last.allSatisfy { $0.isHexDigit || $0 == "." }
    }

    /// `1-2:1.0`.
    private func isUSBInterface(_ component: String) -> Bool {
        guard let dash = component.firstIndex(of: "-"), let colon = component.firstIndex(of: ":") else { return false }
        return dash < colon && Int(component[..<dash]) != nil
    }
}
