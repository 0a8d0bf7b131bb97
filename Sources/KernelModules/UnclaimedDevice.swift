/// What a device without a driver would have been good for.
public enum DeviceKind: String, Sendable {
    /// A network adapter.
    case network
    /// A disk, a disk controller or a host bus adapter.
    case storage

    /// The kind that a modalias tells, if it is one that provisioning needs.
    ///
    /// PCI has the class code at the end (`…bc02sc00i00`: PCI Code and ID Assignment, base classes 01 and 02), USB the
    /// interface class (`…ic08isc06ip50in00`: 08 mass storage, 02 communications), virtio a device type (virtio 1.1,
    /// section 5: 1 network, 2 block, 8 SCSI host), NVMe and SCSI speak for themselves.
    public init?(modalias: String) {
        if modalias.hasPrefix("pci:") {
            self.init(code: Self.field("bc", of: modalias), network: "02", storage: ["01"])
        } else if modalias.hasPrefix("usb:") {
            self.init(code: Self.field("ic", of: modalias), network: "02", storage: ["08"])
        } else if modalias.hasPrefix("virtio:d") {
            let type = String(modalias.dropFirst("virtio:d".count).prefix(8))
            self.init(code: type, network: "00000001", storage: ["00000002", "00000008"])
        } else {
            return nil
        }
    }

    private init?(code: String?, network: String, storage: [String]) {
        guard let code else { return nil }
        if code == network {
            self = .network
        } else if storage.contains(code) {
            self = .storage
        } else {
            return nil
        }
    }

    /// The two digits after a key. Keys are in lower case and numbers in upper case, so neither is taken for the other.
    private static func field(_ key: String, of modalias: String) -> String? {
        let text = Array(modalias.utf8)
        guard let start = text.indices.first(where: { text[$0...].starts(with: key.utf8) }) else { return nil }
        let value = text[start...].dropFirst(key.utf8.count).prefix(2)
        return value.count == 2 ? String(decoding: value, as: UTF8.self) : nil
    }
}

/// A network or storage device that no driver has taken.
public struct UnclaimedDevice: Equatable, Sendable, CustomStringConvertible {
    /// Its directory in sysfs.
    public let path: String
    /// What it says of itself.
    public let modalias: String
    /// What it would have been good for.
    public let kind: DeviceKind
    /// The modules of this initramfs that claim it; empty when there is none.
    public let candidates: [String]

    /// The device's address on its bus, such as `0000:00:1f.2`.
    public var address: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// Vendor and device number as lspci(8) and lsusb(8) show them, such as `8086:2922`; `nil` on other buses.
    public var identifier: String? {
        let text = modalias[(modalias.firstIndex(of: ":") ?? modalias.startIndex)...].dropFirst()
        switch true {
        case modalias.hasPrefix("pci:v"):
            // pci:vVVVVVVVVdDDDDDDDD…
            return "\(text.dropFirst(5).prefix(4)):\(text.dropFirst(14).prefix(4))".lowercased()
        case modalias.hasPrefix("usb:v"):
            // usb:vVVVVpPPPP…
            return "\(text.dropFirst(1).prefix(4)):\(text.dropFirst(6).prefix(4))".lowercased()
        default: return nil
        }
    }

    /// One sentence without a final full stop.
    public var description: String {
        let bus = modalias.prefix { $0 != ":" }
        let number = identifier.map { " (\($0))" } ?? ""
        let device = "\(kind.rawValue) device \(bus) \(address)\(number) has no driver"
        return candidates.isEmpty
            ? "\(device): no module of this initramfs claims it"
            : "\(device): \(candidates.joined(separator: ", ")) did not take it"
    }
}
